import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { api, data } from "@/api/client";
import { isProblem } from "@/api/errors";
import { signedIn, signedOut, useSession } from "@/api/session";
import { Loading } from "@/ui/page";
import { Failed } from "./failed";
import { useListsKept } from "./lists";
import { SignInForm, Threshold } from "./sign-in";

const ChangePassword = lazy(() => import("./due").then((all) => ({ default: all.ChangePassword })));
const SetUpFactor = lazy(() => import("./due").then((all) => ({ default: all.SetUpFactor })));

const whoAmI = () => data(api.GET("/api/v1/session", {}));

/** Lets in who is signed in and owes nothing; the address that was asked for stays. */
export function Door({ children }: { children: ReactNode }) {
  const { who } = useSession();
  const [looked, setLooked] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const look = () => {
    setFault(null);
    whoAmI()
      .then(signedIn)
      .catch((no: unknown) => {
        if (isProblem(no) && no.status === 401) signedOut();
        else setFault(no);
      })
      .finally(() => setLooked(true));
  };
  useEffect(look, []);
  useListsKept(who !== null && !who.must_change_password && !who.must_set_up_second_factor);
  if (fault !== null) return <Failed fault={fault} retry={look} />;
  if (!looked) return <Loading rows={3} />;
  if (!who)
    return (
      <Threshold title="Sign in">
        <SignInForm />
      </Threshold>
    );
  if (who.must_change_password || who.must_set_up_second_factor) return <Suspense>{who.must_change_password ? <ChangePassword /> : <SetUpFactor onDone={look} />}</Suspense>;
  return children;
}
