import { type Block, blockReader } from '../client/server-sent-events.ts'
import { expectMatch, expectSame } from './expectations.ts'

/** An open event stream. */
export interface EventReader {
  /** The next block; fails when none comes in time. */
  readonly next: () => Promise<Block>
  /** The next block that is an event of something that happened, its data read. */
  readonly event: () => Promise<{ readonly event: string; readonly id: string | undefined; readonly data: unknown }>
  /** Fails unless the service ends the stream, without another event. */
  readonly ended: () => Promise<void>
  readonly close: () => void
}

export const eventReader = async (
  fetch: typeof globalThis.fetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  patience: number,
): Promise<EventReader> => {
  const connection = new AbortController()
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: connection.signal,
  })
  const what = `GET ${new URL(url, 'http://x').pathname}`
  expectSame(`${what}: status`, response.status, 200)
  expectMatch(`${what}: Content-Type`, response.headers.get('content-type'), /^text\/event-stream\b/)

  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  const read = blockReader()
  const blocks: Block[] = []

  /** False at the end of the stream. */
  const readMore = async (due: string): Promise<boolean> => {
    const lateness = new Error(`${what}: ${due} did not come within ${patience} ms`)
    const timer = setTimeout(() => connection.abort(lateness), patience)
    try {
      const { value, done } = await reader.read()
      if (!done) blocks.push(...read(decoder.decode(value, { stream: true })))
      return !done
    } finally {
      clearTimeout(timer)
    }
  }

  const next = async (): Promise<Block> => {
    for (;;) {
      const block = blocks.shift()
      if (block) return block
      if (!(await readMore('an event'))) throw new Error(`${what}: the stream ended, and an event was due`)
    }
  }

  return {
    next,
    event: async () => {
      let block = await next()
      while (block.data === undefined || block.event === 'begin') block = await next()
      return { event: block.event, id: block.id, data: JSON.parse(block.data) as unknown }
    },
    ended: async () => {
      while (await readMore('the end'));
      expectSame(
        `${what}: events before the end`,
        blocks.filter(({ data, event }) => data !== undefined && event !== 'begin'),
        [],
      )
    },
    close: () => connection.abort(),
  }
}
