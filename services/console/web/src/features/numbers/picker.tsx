import { useNames } from "@/api/names";
import type { Place } from "@/api/place";
import { SelectField, type Choice } from "@/ui/field";

/** Campaigns and pools that a number may serve. */
export function usePlaces(): Choice[] {
  const campaigns = useNames("campaigns");
  const pools = useNames("pools");
  return [{ value: "", label: "None: available" }, ...pools.map((one) => ({ value: `pool:${one.value}`, label: `Pool: ${one.label}` })), ...campaigns.map((one) => ({ value: `campaign:${one.value}`, label: `Campaign: ${one.label}` }))];
}

export function PlaceField({ label, value, onChange, error, quiet }: { label: string; value: Place; onChange: (place: Place) => void; error?: string | undefined; quiet?: boolean }) {
  return <SelectField label={label} quiet={quiet} value={value} choices={usePlaces()} onChange={onChange} error={error} />;
}
