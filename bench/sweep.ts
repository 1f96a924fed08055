import { send, serversUnder } from './contenders.ts'
import { medianOf, takeTurns, type Turns } from './measurement.ts'
import type { Plot, Series } from './plot.ts'
import type { Section } from './section.ts'
import { markdownTable, thousands } from './table.ts'

const CONNECTIONS = [1, 4, 16, 64, 256] as const
const NAMES = ['ours', 'floor', 'peer'] as const

/** Sends over all chats, by more and more connections. */
export const sweep: Section = async (stage) => {
  const { pace, sizes } = stage
  const measured: { readonly connections: number; readonly turns: Turns }[] = []
  for (const connections of CONNECTIONS) {
    const contenders = await serversUnder(stage, send, { chats: sizes.chats, connections })
    const warmSeconds = measured.length === 0 ? pace.warmSeconds : 1
    measured.push({ connections, turns: await takeTurns(contenders, { ...pace, warmSeconds }) })
  }
  const taking = NAMES.filter((name) => measured[0]?.turns.has(name))
  const series = (quantity: 'perSecond' | 'p99'): readonly Series[] =>
    taking.map((name) => ({
      name,
      points: measured.map(({ connections, turns }) => [connections, medianOf(turns, name, quantity)] as const),
    }))
  const plot: Plot = {
    title: `Sends against connections, ${sizes.chats} chats`,
    panels: [
      { title: 'Sends per second (more is better)', scale: 'linear', series: series('perSecond') },
      { title: 'p99 in milliseconds (less is better)', scale: 'log', series: series('p99') },
    ],
  }
  const lines = measured.map(({ connections, turns }) => [
    String(connections),
    ...taking.map(
      (name) => `${thousands(medianOf(turns, name, 'perSecond'))}/s, ${medianOf(turns, name, 'p99').toFixed(1)} ms`,
    ),
  ])
  const table = markdownTable(['Connections', ...taking], lines)
  const notes = `## Connections\n\nSends per second and p99.\n\n${table}`
  return { rows: [], notes, plot }
}
