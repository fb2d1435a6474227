/* Passkeys: asks the browser for one, and sends its answer with the form. All else of a page works without. */
"use strict";

(function () {
  const bytes = (word) =>
    Uint8Array.from(atob(word.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const word = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  /* Options as the browser takes them: with bytes where JSON has words in base64url. */
  const taken = (options) => {
    const made = { ...options, challenge: bytes(options.challenge) };
    if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) {
      made.excludeCredentials = options.excludeCredentials.map((one) => ({ ...one, id: bytes(one.id) }));
    }
    return made;
  };

  const answer = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = word(credential.response[name]);
    }
    return JSON.stringify({
      id: credential.id, rawId: word(credential.rawId), type: credential.type, response, clientExtensionResults: {},
    });
  };

  const asked = async (form) => {
    const reply = await fetch(form.dataset.passkey, { credentials: "same-origin", cache: "no-store" });
    if (!reply.ok || reply.redirected) return;  /* the form goes as it is, and the page that comes says why */
    const { options, challenge } = await reply.json();
    const publicKey = taken(options);
    const found = await (options.user
      ? navigator.credentials.create({ publicKey })
      : navigator.credentials.get({ publicKey }));
    form.elements.response.value = answer(found);
    form.elements.challenge.value = challenge;
  };

  const tell = (form, kind) => {
    for (const note of form.querySelectorAll("[data-passkey-none], [data-passkey-known]")) {
      note.hidden = !(kind in note.dataset);
    }
  };

  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      tell(form, "");
      try {
        await asked(form);
      } catch (error) {
        const known = error.name === "InvalidStateError" && form.querySelector("[data-passkey-known]");
        tell(form, known ? "passkeyKnown" : "passkeyNone");
        return;
      }
      form.submit();
    });
  }
})();
