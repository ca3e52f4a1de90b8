import { useState, type ReactNode } from "react";
import { TextField } from "@/ui/field";
import { listOf, textOf } from "./lists";

/** Several values with commas between, as one types them. */
export function ListField({ label, help, values, onChange, error }: { label: string; help?: ReactNode; values: readonly string[]; onChange: (values: string[]) => void; error?: string | undefined }) {
  const [typed, setTyped] = useState("");
  const change = (text: string) => {
    setTyped(text);
    onChange(listOf(text));
  };
  return <TextField label={label} help={help} error={error} value={textOf(typed, values)} onChange={change} onBlur={() => setTyped("")} />;
}
