/** How long a text is, in place of what it says: what somebody sees who may not see it. */
const length = /^\d+ characters?$/;

/** What somebody wrote, or how much it was, which is quieter. */
export function Told({ text }: { readonly text: string }) {
  return length.test(text) ? <i class="masked">{text}</i> : <bdi>{text}</bdi>;
}
