import { groundless, impossible } from './answers.ts'
import { unconditional } from './conditions.ts'
import { misinformed } from './followers.ts'
import type { History, Violation } from './history.ts'
import { lost, misnumbered, unalike, undone } from './kept.ts'
import { disordered, stale } from './order.ts'
import { wrong } from './pages.ts'
import { type Life, livesIn, sightingsIn, timelinesOf } from './sightings.ts'
import { doubled, invented, misanswered } from './texts.ts'

/** Every promise that the history breaks. */
export const check = (history: History): readonly Violation[] => {
  const sightings = sightingsIn(history)
  const { timelines, contradictions } = timelinesOf(sightings)
  const lives = new Map(Array.from(timelines, ([chat, timeline]) => [chat, livesIn(timeline)]))
  const livesOf = (chat: number) => lives.get(chat) ?? new Map<number, Life>()

  const found: Record<string, Iterable<string>> = {
    'an impossible answer': impossible(history),
    'a refusal without a reason': groundless(history),
    'an answer to something else': misanswered(history),
    'lost what was acknowledged': lost(history),
    'undid what was acknowledged': undone(history),
    'did what If-Match forbade': unconditional(history, livesOf),
    'did twice what was sent once': doubled(sightings),
    'made up what nobody sent, or was refused': invented(history, sightings),
    'numbers with a gap': misnumbered(history, sightings),
    'out of the order of acknowledgement': disordered(history),
    'one revision, two changes': contradictions,
    'a page from the past': stale(history),
    'a page unlike its revision': wrong(history, livesOf),
    'a follower was misinformed': misinformed(history),
    'servers and tables differ': unalike(history),
  }
  return Object.entries(found).flatMap(([rule, whats]) => Array.from(whats, (what) => ({ rule, what })))
}
