import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { numbersChanged } from "@/api/numbers";
import { named } from "@/api/place";
import { plural } from "@/lib/words";
import { Button } from "@/ui/button";
import { Section, TextArea, TextField } from "@/ui/field";
import type { Whither } from "./add";
import { numbersIn } from "./place";
import { Results } from "./results";

/** Numbers as one has them: typed, pasted, or a CSV file whose column "number" counts. */
export function Paste({ whither }: { whither: Whither }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState<{ name: string; csv: string } | null>(null);
  const [sid, setSid] = useState("");
  const account = whither.sid || sid;
  const adding = useMutation({
    mutationFn: () => data(api.POST("/api/v1/numbers/bulk", { body: { account_sid: account, ...named(whither.place), ...(file ? { csv: file.csv } : { numbers: numbersIn(text) }) } as never })),
    onSuccess: numbersChanged,
  });
  const errors = fieldErrors(adding.error);
  const other = Object.entries(errors).find(([path]) => path !== "account_sid")?.[1] ?? (Object.keys(errors).length === 0 && adding.error ? sentence(adding.error) : undefined);
  const count = numbersIn(text).length;
  return (
    <>
      <Section title="List or CSV" about="For numbers that the carrier account has. Up to 1,000 at once; each has its own result.">
        {!whither.sid && <TextField label="SID of the carrier account" placeholder="AC…" help="Without one yet, to try things: any letters and digits." value={sid} onChange={setSid} error={errors["account_sid"]} className="font-mono" />}
        <TextArea label="Numbers, one by line" rows={8} placeholder="+13055550142" disabled={file !== null} value={text} onChange={setText} error={other} className="font-mono" />
        <label className="grid gap-1 text-sm font-medium">
          Or a CSV file
          <input
            type="file"
            accept=".csv,text/csv,text/plain"
            onChange={(event) => {
              const [one] = event.target.files ?? [];
              if (!one) return setFile(null);
              void one.text().then((csv) => setFile({ name: one.name, csv }));
            }}
            className="font-normal"
          />
        </label>
        <div>
          <Button kind="primary" busy={adding.isPending} disabled={file === null && count === 0} onClick={() => adding.mutate()}>
            {file ? `Add the numbers of ${file.name}` : `Add ${plural(count, "number")}`}
          </Button>
        </div>
      </Section>
      {adding.data && <Results results={adding.data.results} />}
    </>
  );
}
