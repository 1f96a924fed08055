/**
 * The revisions in the word that is the id of an event of several chats: numbers in LEB128, a version and then each chat
 * with its revision. To clients the word is opaque; whoever checks what they are told has to read it.
 */
export const revisionsIn = (word: string): ReadonlyMap<number, number> => {
  const numbers: number[] = []
  let [value, unit] = [0, 1]
  for (const byte of Buffer.from(word, 'base64url')) {
    value += (byte % 128) * unit
    unit *= 128
    if (byte > 127) continue
    numbers.push(value)
    ;[value, unit] = [0, 1]
  }
  const places = new Map<number, number>()
  for (let index = 1; index < numbers.length; index += 2) places.set(numbers[index] ?? 0, numbers[index + 1] ?? 0)
  return places
}
