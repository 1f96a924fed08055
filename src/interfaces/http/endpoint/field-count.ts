/** How often a field stands in the head of a request; Node keeps the first of some that must not come twice. */
export const fieldCount = (rawHeaders: readonly string[], nameInLowerCase: string): number => {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length === nameInLowerCase.length && name.toLowerCase() === nameInLowerCase) count++
  }
  return count
}
