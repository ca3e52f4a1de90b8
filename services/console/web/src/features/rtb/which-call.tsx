import { useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/api/client";
import { phone } from "@/lib/phone";
import { moment } from "@/lib/time";
import { SelectField, TextField } from "@/ui/field";

/** About which call a bidder is asked: one that is made up, or one that was. */
export interface TestedCall {
  callId: string;
  caller: string;
  state: string;
  zip: string;
  tags: string;
}

export const MADE_UP: TestedCall = { callId: "", caller: "+12125550123", state: "NY", zip: "10001", tags: "" };

/** The same as the API asks for it. */
export function aboutCall(call: TestedCall): { call_id: string } | { call: Schemas["TestCall"] } {
  if (call.callId) return { call_id: call.callId };
  const tags = Object.fromEntries(call.tags.split(/[\s,]+/).filter((one) => one.includes("=")).map((one) => one.split(/=(.*)/s).slice(0, 2)));
  const caller = call.caller ? { kind: "number", text: call.caller } : { kind: "withheld" };
  return { call: { caller, dialled: "", geography: { state: call.state, zip: call.zip, country: call.state || call.zip ? "US" : "" }, tags, campaign_rtb_id: "" } as unknown as Schemas["TestCall"] };
}

export function WhichCall({ value, onChange }: { value: TestedCall; onChange: (value: TestedCall) => void }) {
  const calls = useQuery({ queryKey: ["calls", "to test with"], queryFn: () => data(api.GET("/api/v1/calls", { params: { query: { limit: 20 } } })) as Promise<Schemas["Calls"]>, staleTime: 60_000 }).data?.calls ?? [];
  const choices = [{ value: "", label: "One that is made up" }, ...calls.map((call) => ({ value: call.call_id, label: [call.caller?.text ? phone(call.caller.text) : "Withheld", call.campaign_name, moment(call.arrived_at)].filter(Boolean).join(" · ") }))];
  const set = (more: Partial<TestedCall>) => onChange({ ...value, ...more });
  return (
    <>
      <SelectField label="About the call" value={value.callId} choices={choices} onChange={(callId) => set({ callId })} />
      {value.callId === "" && (
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label="Caller" value={value.caller} onChange={(caller) => set({ caller })} className="font-mono" />
          <TextField label="Tags" placeholder="source=google age=44" value={value.tags} onChange={(tags) => set({ tags })} className="font-mono" />
          <TextField label="State" value={value.state} onChange={(state) => set({ state })} />
          <TextField label="ZIP" value={value.zip} onChange={(zip) => set({ zip })} />
        </div>
      )}
    </>
  );
}
