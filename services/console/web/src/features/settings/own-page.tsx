import { Page } from "@/ui/page";
import { MySignIn } from "./sign-in";

/** One's own password and second factor as a page of its own, for people who have no settings. */
export function MySignInPage() {
  return (
    <Page title="My sign-in">
      <MySignIn />
    </Page>
  );
}
