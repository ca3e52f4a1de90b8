"""From nothing to a routed call, by the public API alone.

Run: python docs/first_call.py http://127.0.0.1:8005 ann@example.com PASSWORD +18005550150 +15550100001
Then call the number: the script tells where the call went, and why.
"""

import sys
import time

import httpx

ACCOUNT_SID = "AC" + "0" * 31 + "1"  # the carrier's account that the number belongs to


def main(base_url: str, email: str, password: str, number: str, desk: str) -> str:
    """Found an account, configure it, wait for the first call; give why it went where it went."""
    with httpx.Client(base_url=f"{base_url}/api/v1/", timeout=30) as api:
        signed_in = ask(api, "POST", "session", email=email, password=password)
        api.headers["X-CSRF-Token"] = signed_in["csrf_token"]
        account = ask(api, "POST", "accounts", name="Roofs for everybody")
        switched = ask(api, "PUT", "session/account", account_id=account["account_id"])
        api.headers["X-CSRF-Token"] = switched["csrf_token"]

        buyer = ask(api, "POST", "buyers", name="Acme Roofing")["document"]
        where = {"destination": {"kind": "phone", "number": desk}, "caps": {"concurrency": 3}}
        target = ask(api, "POST", "targets", name="Desk", buyer_id=buyer["id"], **where)["document"]
        plan = [{"target_id": target["id"], "priority": 1}]
        draft = ask(api, "POST", "campaigns", name="Roofs", assignments=plan)
        campaign, api.headers["If-Match"] = draft["document"], f'"{draft["version"]}"'
        line = {"account_sid": ACCOUNT_SID, "campaign_id": campaign["id"]}
        ask(api, "POST", "numbers", number=number, **line)
        ask(api, "PUT", f"campaigns/{campaign['id']}", **{**campaign, "status": "active"})
        print(ask(api, "POST", "rehearsals", dialled=number)["decision"]["sentence"])

        while not (calls := ask(api, "GET", "calls")["calls"]):
            time.sleep(0.5)
        told = ask(api, "GET", f"calls/{calls[0]['call_id']}/explanation")
    return str(told["steps"][0]["sentence"])


def ask(api: httpx.Client, method: str, path: str, **body: object) -> dict[str, object]:
    """What the API answers; a problem ends the script with its words."""
    answer = api.request(method, path, json=body if method != "GET" else None)
    if answer.is_error:
        sys.exit(f"{method} {path}: {answer.text}")
    return answer.json()


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
