/** The later of two times of events. What comes late, as from a phone without a network, makes nothing older that it belongs to. */
export function laterTime(time: string, remembered: string | undefined): string {
  return remembered !== undefined && Date.parse(remembered) > Date.parse(time) ? remembered : time;
}
