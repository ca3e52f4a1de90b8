// What a link is good for stands behind its #: "<purpose>.<secret>", which no server log ever sees.
"use strict";

const PURPOSES = {
  password: {
    title: "Set a new password",
    done: "Your password is set, and you are signed out everywhere. Sign in by the new one.",
    request: (link, given) => ["PUT", "/api/v1/password-resets", { link, ...given }],
  },
  invitation: {
    done: "You belong to the account now. Sign in by your address and the password.",
    request: (link, given) => ["POST", "/api/v1/invitations/acceptance", { link, ...given }],
  },
  "sign-up": {
    title: "Found an account",
    done: "The account is yours. Sign in by your address and the password.",
    request: (link, given) => ["PUT", "/api/v1/sign-ups", { link, ...given }],
  },
  known: {
    done: "You belong to the account now, and are signed in.",
    request: (link, given) => ["POST", "/api/v1/session", { invitation: link, ...given }],
  },
};

let [purpose, link] = location.hash.slice(1).split(/\.(.*)/);
let chosen = PURPOSES[purpose];
const title = document.getElementById("title");
const said = document.getElementById("said");
const form = document.getElementById("form");

/** Sends JSON; gives the status and what came back. */
async function ask([method, path, body]) {
  const answer = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return [answer.ok, text ? JSON.parse(text) : {}];
}

/** What went wrong, in the API's own words. */
function why(problem) {
  const fields = (problem.errors ?? []).map((one) => one.problem);
  return [problem.detail || problem.title, ...fields].join(". ");
}

async function goOn(event) {
  event.preventDefault();
  form.querySelector("button").disabled = true;
  const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  try {
    const [ok, told] = await ask(chosen.request(link, given));
    said.textContent = ok ? chosen.done : why(told);
    form.hidden = ok;
    document.getElementById("way").hidden = !ok;
  } catch {
    said.textContent = "Nobody answers. Try again.";
  }
  form.querySelector("button").disabled = false;
}

/** Says what an invitation is to, and whether it is still good; who is known accepts by signing in. */
async function lookAtInvitation() {
  const [ok, seen] = await ask(["POST", "/api/v1/invitations/look", { link }]);
  if (!ok) {
    said.textContent = why(seen);
    return false;
  }
  title.textContent = `Join ${seen.account}`;
  if (seen.known) {
    const { request, done } = PURPOSES.known;
    purpose = "known";
    chosen = { done, request: (held, given) => request(held, { email: seen.email, ...given }) };
  }
  said.textContent = `${seen.email} is invited, as ${seen.role}.`;
  return true;
}

async function begin() {
  if (!chosen || !link) {
    said.textContent = "The link is not whole. Copy all of it, from the first letter to the last.";
    return;
  }
  title.textContent = chosen.title ?? title.textContent;
  said.textContent = "";
  if (purpose === "invitation" && !(await lookAtInvitation())) return;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(purpose);
    for (const field of part.querySelectorAll("input")) field.disabled = part.hidden;
  }
  form.hidden = false;
  form.addEventListener("submit", goOn);
}

begin().catch(() => {
  said.textContent = "Nobody answers. Load this page again.";
});
