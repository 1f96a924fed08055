import { type Deed, type History, wordOf } from './history.ts'
import type { Sighting } from './sightings.ts'

/** What is shown was asked for, and not refused. */
export function* invented({ deeds }: History, sightings: readonly Sighting[]) {
  const asked = new Map<string, Deed>()
  // What was asked for twice with one key is one thing, refused only if it was refused both times.
  for (const deed of deeds)
    if (deed.text !== undefined && (asked.get(deed.text)?.outcome ?? 'refused') === 'refused')
      asked.set(deed.text, deed)
  const told = new Set<string>()
  for (const { chat, message, text, by } of sightings) {
    if (text === undefined || told.has(text)) continue
    const deed = asked.get(text)
    if (deed && deed.outcome !== 'refused') continue
    told.add(text)
    yield `${by} has ${JSON.stringify(text)} in chat ${chat}, message ${message ?? '-'}: ${deed ? `refused to ${deed.by} with ${deed.status}` : 'nobody asked for it'}`
  }
}

/** What was sent or created once is in one place. */
export function* doubled(sightings: readonly Sighting[]) {
  const places = new Map<string, string>()
  const told = new Set<string>()
  for (const { chat, message, text, by } of sightings) {
    if (text === undefined) continue
    const word = wordOf(text)
    const place = message === undefined ? `chat ${chat}` : `message ${message} of chat ${chat}`
    const other = places.get(word)
    places.set(word, other ?? place)
    if (other === undefined || other === place || told.has(word)) continue
    told.add(word)
    yield `${word} is ${other}, and ${by} has it as ${place}`
  }
}

/** An answer is about what was asked. */
export function* misanswered({ deeds }: History) {
  for (const { by, chat, message, text, answered } of deeds) {
    if (!answered) continue
    if (text !== undefined && answered.text !== text) yield `${by} asked for ${text} and was answered ${answered.text}`
    if (chat !== 0 && answered.chat !== undefined && answered.chat !== chat)
      yield `${by} asked in chat ${chat} and was answered from chat ${answered.chat}`
    if (message !== undefined && answered.message !== undefined && answered.message !== message)
      yield `${by} changed message ${message} of chat ${chat} and was answered with message ${answered.message}`
  }
}
