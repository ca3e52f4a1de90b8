import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState, type FormEvent } from "react";
import { api, data, type Schemas } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { numbersChanged } from "@/api/numbers";
import { named } from "@/api/place";
import { newId } from "@/lib/id";
import { phone } from "@/lib/phone";
import { plural } from "@/lib/words";
import { Button } from "@/ui/button";
import { CheckField, NumberField, Section, SelectField, TextField } from "@/ui/field";
import { toast } from "@/ui/toast";
import type { Whither } from "./add";
import { inOrders } from "./place";

const KINDS = [
  { value: "local", label: "Local" },
  { value: "toll_free", label: "Toll-free" },
  { value: "mobile", label: "Mobile" },
];
const FOUND_MAX = 50;

/** Look for numbers that the carrier sells, choose, order; the order is done behind. */
export function Buy({ whither }: { whither: Whither }) {
  const [wanted, setWanted] = useState({ country: "US", kind: "local", area_code: "", contains: "", region: "", limit: 20 as number | null });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const set = (more: Partial<typeof wanted>) => setWanted({ ...wanted, ...more });
  const looking = useMutation({
    mutationFn: () => {
      const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== "" && value !== null));
      return data(api.GET("/api/v1/numbers/search", { params: { query: { ...given, ...(whither.sid && { account_sid: whither.sid }) } as never } }));
    },
    onSuccess: () => setChosen([]),
  });
  const errors = fieldErrors(looking.error);
  const error = (name: string) => errors[name] ?? errors[`query.${name}`];
  const send = (event: FormEvent) => {
    event.preventDefault();
    looking.mutate();
  };
  const found = looking.data?.numbers ?? [];
  const all = chosen.length === found.length;
  return (
    <>
      <Section title="Look for">
        <form onSubmit={send} className="grid gap-4">
          <div className="grid gap-4 sm:grid-cols-3">
            <TextField label="Country" maxLength={2} value={wanted.country} onChange={(country) => set({ country: country.toUpperCase() })} error={error("country")} />
            <SelectField label="Kind" value={wanted.kind} choices={KINDS} onChange={(kind) => set({ kind })} />
            <TextField label="Area code" inputMode="numeric" placeholder="415" value={wanted.area_code} onChange={(area_code) => set({ area_code })} error={error("area_code")} />
            <TextField label="Contains" placeholder="555*" value={wanted.contains} onChange={(contains) => set({ contains })} error={error("contains")} />
            <TextField label="State or province" placeholder="CA" value={wanted.region} onChange={(region) => set({ region })} error={error("region")} />
            <NumberField label="So many" value={wanted.limit} onChange={(limit) => set({ limit: limit === null ? null : Math.min(limit, FOUND_MAX) })} error={error("limit")} />
          </div>
          {looking.error && Object.keys(errors).length === 0 && (
            <p role="alert" className="text-bad">
              {sentence(looking.error)}
            </p>
          )}
          <div>
            <Button type="submit" busy={looking.isPending}>
              Look for numbers
            </Button>
          </div>
        </form>
      </Section>
      {looking.data && (
        <Section title="Found" about={found.length === 0 ? "The carrier has none such." : "Checked numbers are ordered."}>
          {found.length > 0 && <CheckField label={`All ${found.length}`} value={all} onChange={(on) => setChosen(on ? found.map((one) => one.number) : [])} />}
          <ul className="grid gap-x-4 sm:grid-cols-2">
            {found.map((one) => (
              <li key={one.number}>
                <CheckField label={`${phone(one.number)} ${[one.locality, one.region].filter(Boolean).join(", ")}`} value={chosen.includes(one.number)} onChange={(on) => setChosen(on ? [...chosen, one.number] : chosen.filter((other) => other !== one.number))} />
              </li>
            ))}
          </ul>
          <Order numbers={chosen} whither={whither} />
        </Section>
      )}
    </>
  );
}

/** One order for every so many numbers; a second click orders nothing twice. */
function Order({ numbers, whither }: { numbers: readonly string[]; whither: Whither }) {
  const navigate = useNavigate();
  const key = useRef(newId());
  const ordering = useMutation({
    mutationFn: async () => {
      for (const [at, part] of inOrders(numbers).entries()) {
        const body = { numbers: part, ...named(whither.place), ...(whither.sid && { account_sid: whither.sid }) } as unknown as Schemas["NewPurchase"];
        await api.POST("/api/v1/numbers/purchases", { body, headers: { "Idempotency-Key": `${key.current}-${at}` } });
      }
    },
    onSuccess: () => {
      key.current = newId();
      toast(`${plural(numbers.length, "number")} ordered`, { detail: "They are bought, placed and set up behind." });
      numbersChanged();
      void navigate({ to: "/numbers", search: { view: "purchases" } });
    },
  });
  return (
    <>
      {ordering.error && (
        <p role="alert" className="text-bad">
          {Object.values(fieldErrors(ordering.error))[0] ?? sentence(ordering.error)}
        </p>
      )}
      <div>
        <Button kind="primary" disabled={numbers.length === 0} busy={ordering.isPending} onClick={() => ordering.mutate()}>
          Order {plural(numbers.length, "number")}
        </Button>
      </div>
    </>
  );
}
