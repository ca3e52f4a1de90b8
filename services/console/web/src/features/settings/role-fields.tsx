import { useNames } from "@/api/names";
import { useSession } from "@/api/session";
import { said } from "@/lib/words";
import { CheckField, SelectField } from "@/ui/field";

export const ROLES = ["owner", "admin", "manager", "analyst", "agent", "buyer", "publisher"] as const;
export type Role = (typeof ROLES)[number];
const ABOUT: Record<Role, string> = {
  owner: "Everything, also the carrier and the organisation itself",
  admin: "People and keys, and all of the routing",
  manager: "All of the routing, exports and recordings",
  analyst: "Looks, changes nothing",
  agent: "Only her own calls",
  buyer: "Only what concerns one buyer",
  publisher: "Only what concerns one publisher",
};

export interface Given {
  role: Role;
  may_export: boolean;
  party_id: string | null;
}
export const isPortal = (role: string): role is "buyer" | "publisher" => role === "buyer" || role === "publisher";

/** As whom somebody comes; nobody gives a role above her own. */
export function RoleFields({ given, onChange, error }: { given: Given; onChange: (given: Given) => void; error: (path: string) => string | undefined }) {
  const mine = useSession().who?.role;
  const from = ROLES.findIndex((role) => role === mine);
  return (
    <>
      <SelectField label="Role" value={given.role} choices={ROLES.slice(Math.max(0, from)).map((value) => ({ value, label: `${said(value)}: ${ABOUT[value]}` }))} onChange={(role) => onChange({ role: role as Role, may_export: false, party_id: null })} error={error("role")} />
      {given.role === "analyst" && <CheckField label="May export" value={given.may_export} onChange={(may_export) => onChange({ ...given, may_export })} error={error("may_export")} />}
      {isPortal(given.role) && <PartyField key={given.role} kind={given.role} value={given.party_id ?? ""} onChange={(party_id) => onChange({ ...given, party_id })} error={error("party_id")} />}
    </>
  );
}

/** Of which buyer or publisher. */
export function PartyField({ kind, value, onChange, error }: { kind: "buyer" | "publisher"; value: string; onChange: (id: string | null) => void; error: string | undefined }) {
  const names = useNames(kind === "buyer" ? "buyers" : "publishers");
  return <SelectField label={`Of which ${kind}`} value={value} choices={[{ value: "", label: `Choose a ${kind}` }, ...names]} onChange={(id) => onChange(id || null)} error={error} />;
}
