import { ChevronsUpDown } from "lucide-react";
import { api, data } from "@/api/client";
import { signedIn, signedOut, useSession } from "@/api/session";
import { cn } from "@/lib/cn";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { setTheme } from "./theme";

/** Other accounts, the look of the page, the way out. */
export function AccountMenu({ narrow }: { narrow: boolean }) {
  const { who } = useSession();
  if (!who) return null;
  const signOut = () => void api.DELETE("/api/v1/session", {}).finally(() => {
    signedOut();
    location.reload();
  });
  const others = who.accounts.filter((account) => account.account_id !== who.account_id);
  const here = who.accounts.find((account) => account.account_id === who.account_id);
  return (
    <Menu
      trigger={
        <button type="button" title="Account and appearance" className="flex min-h-9 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-raised">
          <span className={cn("min-w-0 flex-1 leading-tight", narrow && "md:sr-only")}>
            <span className="block truncate">{here?.name ?? "Account"}</span>
            <span className="block truncate text-sm text-muted">{who.email}</span>
          </span>
          <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-muted" />
        </button>
      }
    >
      {others.map((account) => (
        <MenuItem key={account.account_id} onChoose={() => void data(api.PUT("/api/v1/session/account", { body: { account_id: account.account_id } })).then(signedIn)}>
          Go to {account.name}
        </MenuItem>
      ))}
      {others.length > 0 && <MenuLine />}
      <MenuItem onChoose={() => setTheme("light")}>Light</MenuItem>
      <MenuItem onChoose={() => setTheme("dark")}>Dark</MenuItem>
      <MenuItem onChoose={() => setTheme("system")}>As the system</MenuItem>
      <MenuLine />
      <MenuItem onChoose={signOut}>Sign out</MenuItem>
    </Menu>
  );
}
