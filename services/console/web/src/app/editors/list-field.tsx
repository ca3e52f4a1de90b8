import { useState, type ReactNode } from "react";
import { TextField } from "@/ui/field";
import { listOf, textOf } from "./lists";

interface Props {
  label: string;
  help?: ReactNode;
  values: readonly string[];
  onChange: (values: string[]) => void;
  error?: string | undefined;
  /** They are written in capitals, however they are typed. */
  capitals?: boolean;
}

/** Several values with commas between, as one types them. */
export function ListField({ label, help, values, onChange, error, capitals = false }: Props) {
  const [typed, setTyped] = useState("");
  const change = (given: string) => {
    const text = capitals ? given.toUpperCase() : given;
    setTyped(text);
    onChange(listOf(text));
  };
  return <TextField label={label} help={help} error={error} value={textOf(typed, values)} onChange={change} onBlur={() => setTyped("")} />;
}
