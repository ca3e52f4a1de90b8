import { useState } from "react";
import { keysOn, setKeysOn } from "@/app/keys";
import { setTheme, theme, useShade, type Theme } from "@/app/theme";
import { CheckField, Section, SelectField } from "@/ui/field";
import { Body } from "@/ui/page";

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

/** How the console looks and listens in this browser. */
export function Appearance() {
  useShade(); // told of a change, also by the palette
  const [keys, setKeys] = useState(keysOn());
  return (
    <Body label="Appearance">
      <Section title="Appearance" about="Kept in this browser.">
        <SelectField label="Theme" value={theme()} choices={THEMES} onChange={(one) => setTheme(one as Theme)} />
        <CheckField
          label="Single keys work"
          help="Press ? for all of them; they are off while you type."
          value={keys}
          onChange={(on) => {
            setKeysOn(on);
            setKeys(on);
          }}
        />
      </Section>
    </Body>
  );
}
