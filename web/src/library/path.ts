/** The address bar tells what is on screen, without a new page. */
export function showPath(path: string): void {
  if (location.pathname !== path) history.replaceState(history.state, '', path);
}
