// Asks the browser for a passkey, or to keep a new one, as the form's data-options say, and sends its answer.
const form = document.getElementById("passkey");
const part = (name) => document.querySelector(`[data-passkey-${name}]`);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// Options come as JSON, where bytes are base64url.
function unpacked(options) {
  const listed = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));
  const unpackedOptions = { ...options, challenge: bytes(options.challenge) };
  if (options.user) unpackedOptions.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) unpackedOptions.excludeCredentials = listed(options.excludeCredentials);
  if (options.allowCredentials) unpackedOptions.allowCredentials = listed(options.allowCredentials);
  return unpackedOptions;
}

function packed(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) answer[name] = text(response[name]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  const extensions = JSON.stringify(credential.getClientExtensionResults());
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: answer, extensions,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  });
}

async function ask() {
  part("again").hidden = part("failed").hidden = true;
  part("waiting").hidden = false;
  try {
    const publicKey = unpacked(JSON.parse(form.dataset.options));
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
    form.elements.credential.value = packed(credential);
    form.submit();
  } catch {
    part("waiting").hidden = true;
    part("again").hidden = part("failed").hidden = false;
  }
}

if (form && window.PublicKeyCredential) {
  part("missing").hidden = true;
  part("again").addEventListener("click", ask);
  ask();
}
