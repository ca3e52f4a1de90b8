import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { sentence } from "@/api/errors";
import { affected, retire, type Noun } from "@/api/records";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { toast } from "@/ui/toast";

interface Props {
  noun: Noun;
  id: string;
  name: string;
  word: string;
  version: number;
  onClose: () => void;
  onDone: () => void;
}

/** Taking something away: what it affects, and its name typed, so that it is no accident. */
export function Retire({ noun, id, name, word, version, onClose, onDone }: Props) {
  const [typed, setTyped] = useState("");
  const uses = useQuery({ queryKey: [noun, id, "affected"], queryFn: () => affected(noun, id), staleTime: 0 });
  const doing = useMutation({
    mutationFn: () => retire(noun, id, version),
    onSuccess: () => {
      toast(`The ${word} is retired`, { detail: name });
      onDone();
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (typed === name) doing.mutate();
  };
  return (
    <Dialog open onClose={onClose} title={`Retire ${name}`} about="It takes no calls from now on. Calls and books of the past keep it.">
      <form onSubmit={send} className="grid gap-4">
        {uses.data && uses.data.uses.length > 0 && (
          <div>
            <p className="font-medium">It is used by:</p>
            <ul className="mt-1 list-inside list-disc">
              {uses.data.uses.map((use) => (
                <li key={use.key}>
                  {said(use.noun)} {use.name}
                </li>
              ))}
            </ul>
          </div>
        )}
        {uses.data?.pauses.map((one) => (
          <p key={one.campaign_id} className="text-warn">
            {one.name} would be paused: {one.reason}
          </p>
        ))}
        {doing.error && (
          <p role="alert" className="text-bad">
            {sentence(doing.error)}
          </p>
        )}
        <TextField label={`Type "${name}"`} value={typed} onChange={setTyped} autoFocus autoComplete="off" />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" disabled={typed !== name} busy={doing.isPending}>
            Retire
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
