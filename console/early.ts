/** Runs before anything is painted, and before the console's script is even loaded: the chosen theme, and what every page asks for first. */
((): void => {
  const { dataset } = document.documentElement;
  const theme = localStorage.getItem("waypost.theme");
  if (theme !== null && theme !== "system") dataset["theme"] = theme;
  // A link that logs in begins another session than the one that this would be asked in.
  if (location.hash.startsWith("#login=")) return;
  const asks = document.currentScript?.dataset["asks"] ?? "";
  const early: Record<string, Promise<Response>> = {};
  for (const path of asks.split(" ").filter(Boolean)) {
    const address = new URL(path, document.baseURI).href;
    const answer = fetch(address);
    // Whoever takes it sees why it failed.
    answer.catch(() => undefined);
    early[address] = answer;
  }
  window.early = early;
})();
