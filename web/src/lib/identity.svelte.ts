// Who uses the page: whoever opened it with the token that the server told at start may make cities and standards. The token is
// kept for this tab only, and never stays in the address.

const KEY = "token";

class Identity {
  token = $state<string>();

  /** Takes the token out of the address, or the one from before. */
  read(): void {
    const found = /^#token=([0-9a-f]{32})$/.exec(location.hash)?.[1];
    try {
      if (found) sessionStorage.setItem(KEY, found);
      this.token = found ?? sessionStorage.getItem(KEY) ?? undefined;
    } catch {
      // A browser that keeps nothing asks for the address again after the page was closed.
      this.token = found;
    }
    if (found) history.replaceState(null, "", location.pathname + location.search);
  }
}

export const identity = new Identity();
