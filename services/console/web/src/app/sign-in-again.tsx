import { useSession } from "@/api/session";
import { Dialog } from "@/ui/dialog";
import { SignInForm } from "./sign-in";

/** Over the page as it is: whoever was signed in shows that it is still she. */
export function SignInAgain() {
  const { who, expired } = useSession();
  return (
    <Dialog open={expired} title="Your session has ended" about="Sign in again: everything on this page stays as you left it.">
      {expired && <SignInForm email={who?.email ?? ""} account={who?.account_id} />}
    </Dialog>
  );
}
