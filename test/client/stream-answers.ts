import { type Client, createClient } from '../../src/client/index.ts'

/** What a connection comes to: an answer, or none. */
export type Answer = Response | Error

export const encode = (text: string) => new TextEncoder().encode(text)
export const streamOf = (...pieces: readonly Uint8Array[]) =>
  new Response(
    new ReadableStream({
      start: (controller) => {
        for (const piece of pieces) controller.enqueue(piece)
        controller.close()
      },
    }),
    { headers: { 'content-type': 'text/event-stream' } },
  )
export const opening = (place: string, retry = 1000) =>
  encode(`retry: ${retry}\nid: ${place}\nevent: begin\ndata: {}\n\n`)
export const refusal = (status: number, headers: Record<string, string> = {}, problem: object = {}) =>
  new Response(JSON.stringify({ type: '/problems/unavailable', title: '', detail: '', status, ...problem }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
export const AHEAD = {
  type: '/problems/validation-failed',
  errors: [{ parameter: 'after', code: 'out_of_range', detail: '' }],
}

/** Gives these answers, one for each connection. Returns what was told, and how it was asked for and waited. */
export const toldOver = async <Event>(answers: readonly Answer[], follow: (client: Client) => AsyncIterable<Event>) => {
  const places: (string | null)[] = []
  const pauses: number[] = []
  const left = [...answers]
  const client = createClient({
    fetch: async (_, init) => {
      places.push(new Headers(init?.headers).get('last-event-id'))
      const answer = left.shift() ?? new Error('nothing more was to be asked')
      if (answer instanceof Error) throw answer
      return answer
    },
    wait: async (milliseconds) => void pauses.push(Math.round(milliseconds)),
  })
  const told: Event[] = []
  const all = (async () => {
    for await (const event of follow(client)) told.push(event)
  })()
  const error = await all.then(
    () => undefined,
    (error: unknown) => error,
  )
  return { told, places, pauses, error }
}
