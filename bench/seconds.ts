/** How long a load lasts, from the command line; anything else ends the process with 2 and what is accepted. */
export function secondsOf(command: string, unlessTold: number): number {
  const [told = String(unlessTold), ...more] = process.argv.slice(2);
  if (/^[1-9]\d{0,3}$/.test(told) && more.length === 0) return Number(told);
  process.stderr.write(
    `Takes the seconds that a load lasts, a whole number from 1 to 9999, and nothing else:\n\n  ${command} ${unlessTold}\n\nWithout it, ${unlessTold}.\n`,
  );
  process.exit(2);
}
