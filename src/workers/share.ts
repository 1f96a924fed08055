/** The share that one of so many has of a whole number, which is the sum of all shares. */
export const shareOf = (whole: number, many: number, index: number): number =>
  Math.floor(whole / many) + (index < whole % many ? 1 : 0)
