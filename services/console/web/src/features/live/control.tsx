import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { phone } from "@/lib/phone";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { toast } from "@/ui/toast";

type Call = Schemas["CallRecord"];
interface Wish {
  control: "hang_up" | "transfer" | "pause_recording" | "resume_recording";
  destination?: { kind: "phone"; number: string };
}

/** Do something to a call that is on the line; the carrier's own word is told. */
export function useControl(call: Call | null) {
  return useMutation({
    mutationFn: (body: Wish) => data(api.POST("/api/v1/calls/{call_id}/controls", { params: { path: { call_id: call?.call_id ?? "" } }, body: body as never })),
    onSuccess: (_, body) => {
      toast(`${said(body.control)}: done`, { detail: phone(call?.caller?.text) });
      void queries.invalidateQueries({ queryKey: ["calls"] });
    },
    onError: (fault) => {
      if (Object.keys(fieldErrors(fault)).length === 0) toast("It was not done", { detail: sentence(fault), bad: true });
    },
  });
}

/** Give a live call to another phone. */
export function Transfer({ call, onClose }: { call: Call | null; onClose: () => void }) {
  const [number, setNumber] = useState("");
  const control = useControl(call);
  const send = (event: FormEvent) => {
    event.preventDefault();
    control.mutate({ control: "transfer", destination: { kind: "phone", number } }, {
      onSuccess: () => {
        setNumber("");
        onClose();
      },
    });
  };
  const errors = Object.values(fieldErrors(control.error));
  return (
    <Dialog open={call !== null} onClose={onClose} title="Transfer the call" about="Who has the call now is hung up; the number below is dialled. It stays a call of the same buyer.">
      <form onSubmit={send} className="grid gap-4">
        <TextField label="Phone number" value={number} onChange={setNumber} placeholder="+15550100009" required autoFocus error={errors[0]} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={control.isPending}>
            Transfer
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
