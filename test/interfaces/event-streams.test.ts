import { once } from 'node:events'
import { createServer, get, type IncomingMessage, request as send, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY } from '../../src/domain/caller.ts'
import { openingBlock } from '../../src/interfaces/http/events/event-frames.ts'
import { type Beginning, type EventStreams, eventStreams } from '../../src/interfaces/http/events/event-streams.ts'
import { type Piece, pieceOf } from '../../src/interfaces/http/events/piece.ts'
import { until } from '../until.ts'

const LIMITS = { streams: 10, stall: 60_000, heartbeat: 15_000 }

type Render = () => readonly Piece[]
type Frames = (stop: AbortSignal) => AsyncIterable<Render>

const rendered = (frames: Frames): Omit<Beginning<Render>, 'opening'> => ({
  kind: 'chat',
  items: frames,
  render: (one) => one(),
})

/** Nothing, until it is told to stop. */
const quiet: Frames = async function* (stop) {
  if (!stop.aborted) await once(stop, 'abort')
  yield () => []
}

describe('Event streams on a bare server', () => {
  let server: Server | undefined
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
    server = undefined
  })

  interface Given {
    readonly frames?: Frames
    readonly limits?: Partial<typeof LIMITS>
    /** What happens before the head of the answer. */
    readonly before?: (res: ServerResponse) => Promise<E.Either<'refused', undefined>>
  }

  /** Heartbeats come when the test says so. */
  const serving = async ({ frames = quiet, limits, before = async () => E.right(undefined) }: Given = {}) => {
    const failures: string[] = []
    const heart = { beat: () => {}, beats: 0 }
    const streams: EventStreams = eventStreams(
      { ...LIMITS, ...limits },
      {
        beats: (beat) => {
          heart.beats += 1
          heart.beat = beat
          return () => void (heart.beats -= 1)
        },
        onFailure: (work, error) => failures.push(`${work}: ${String(error)}`),
      },
    )
    const beginning = { opening: openingBlock('7'), ...rendered(frames) }
    server = createServer((_req, res) => {
      const reply = streams.begin(async () => E.map(() => beginning)(await before(res)), ANYBODY)
      void reply().then(
        (answer) => {
          if (E.isLeft(answer)) return void res.writeHead(503).end()
          res.writeHead(answer.right.status, answer.right.headers)
          answer.right.stream?.(res)
        },
        () => res.destroy(),
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const open = async () => {
      const request = get(url, { agent: false }).on('error', () => {})
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      const stream = { status: response.statusCode, text: '', hasEnded: false, request, response }
      response.setEncoding('utf8').on('data', (text: string) => void (stream.text += text))
      response.on('error', () => {}).once('close', () => void (stream.hasEnded = true))
      return stream
    }
    return { streams, failures, heart, url, open }
  }

  it('open with a place in an event of their own, which is JSON', async () => {
    const { open } = await serving()
    const { text } = await open().then(async (stream) => {
      await until(() => stream.text.endsWith('\n\n'))
      return stream
    })
    expect(text).to.equal('retry: 1000\nid: 7\nevent: begin\ndata: {}\n\n')
  })

  it('have no block without data, so that no library takes one for an event with none', async () => {
    const { open, heart } = await serving({
      frames: async function* (stop) {
        for (let n = 0; n < 3 && !stop.aborted; n++) {
          await sleep(5)
          yield () => [pieceOf(`id: ${8 + n}\nevent: message\ndata: {"id":${n}}\n\n`)]
        }
        yield* quiet(stop)
      },
    })
    const stream = await open()
    const beating = setInterval(() => heart.beat(), 2)
    await until(() => stream.text.includes('{"id":2}') && (stream.text.match(/^:$/gm) ?? []).length > 3)
    clearInterval(beating)
    const blocks = stream.text.split('\n\n')
    expect(blocks.pop()).to.match(/^(:\n)*$/)
    for (const block of blocks) expect(JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '')).to.be.an('object')
    expect(blocks).to.have.length(4)
  })

  for (const [version, framed] of [
    ['1.0', 'one\n\ntwö\n\n'],
    ['1.1', '5\r\none\n\n\r\n6\r\ntwö\n\n\r\n0\r\n\r\n'],
  ] as const)
    it(`are sent as HTTP/${version} frames them`, async () => {
      const { url } = await serving({
        frames: async function* () {
          for (const text of ['one\n\n', 'twö\n\n']) yield () => [pieceOf(text)]
        },
      })
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.setEncoding('utf8').write(`GET / HTTP/${version}\r\nHost: here\r\nConnection: close\r\n\r\n`)
      let text = ''
      for await (const more of socket) text += String(more)
      expect(text.endsWith(framed), text).to.equal(true)
    })

  describe('have a heartbeat', () => {
    it('of one line, to all of them, as long as there are any', async () => {
      const { open, heart, streams } = await serving()
      expect(heart.beats).to.equal(0)
      const both = [await open(), await open()]
      expect(heart.beats).to.equal(1)
      heart.beat()
      await until(() => both.every(({ text }) => text.endsWith('\n\n:\n')))
      for (const { request } of both) request.destroy()
      await until(() => streams.open() === 0)
      expect(heart.beats).to.equal(0)
      await open()
      expect(heart.beats).to.equal(1)
    })

    it('that does not reach who was ended or does not read, and harms nobody', async () => {
      const { open, heart, streams, failures } = await serving({
        frames: async function* (stop) {
          while (!stop.aborted) yield () => [pieceOf(' '.repeat(1 << 20))]
        },
      })
      const stream = await open()
      stream.response.pause()
      await sleep(50)
      heart.beat()
      streams.end()
      heart.beat()
      await sleep(20)
      stream.response.resume()
      await until(() => stream.hasEnded)
      expect(stream.text).to.not.include(':\n\n:')
      expect(failures).to.deep.equal([])
    })

    it('in real time by itself', async () => {
      const streams = eventStreams({ ...LIMITS, heartbeat: 5 })
      server = createServer((_req, res) => {
        void streams
          .begin(async () => E.right({ opening: '', ...rendered(quiet) }), ANYBODY)()
          .then((answer) => E.isRight(answer) && answer.right.stream?.(res))
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const request = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { agent: false })
      request.on('error', () => {})
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      let text = ''
      response.setEncoding('utf8').on('data', (more: string) => void (text += more))
      await until(() => text.startsWith(':\n:\n:\n'))
      request.destroy()
    })
  })

  describe('are no more than their limit', () => {
    const statusesOf = (streams: readonly { readonly status: number | undefined }[]) =>
      streams.map(({ status }) => status).sort((a = 0, b = 0) => a - b)

    it('however many ask at once, before anything is waited for', async () => {
      const { open } = await serving({
        before: async () => {
          await sleep(30)
          return E.right(undefined)
        },
      })
      const streams = await Promise.all(Array.from({ length: 50 }, open))
      expect(statusesOf(streams)).to.deep.equal([...Array<number>(10).fill(200), ...Array<number>(40).fill(503)])
    })

    const afterwards = async ({ open, streams }: Awaited<ReturnType<typeof serving>>) => {
      await until(() => streams.open() === 0)
      expect(statusesOf(await Promise.all(Array.from({ length: 10 }, open)))).to.deep.equal(Array<number>(10).fill(200))
    }

    for (const [why, way] of [
      ['was refused', async () => E.left('refused' as const)],
      [
        'failed',
        async () => {
          throw new Error('a test')
        },
      ],
    ] as const)
      it(`and give the room back when a beginning ${why}`, async () => {
        const given = { isOver: false }
        const serves = await serving({ before: async () => (given.isOver ? E.right(undefined) : way()) })
        for (let n = 0; n < 15; n++) await serves.open().catch(() => undefined)
        given.isOver = true
        await afterwards(serves)
      })

    it('and give it back to HEAD, at once', async () => {
      const serves = await serving()
      for (let n = 0; n < 15; n++) {
        const request = send(serves.url, { method: 'HEAD', agent: false }).end()
        const [response] = (await once(request, 'response')) as [IncomingMessage]
        expect(response.statusCode).to.equal(200)
        response.resume()
      }
      await afterwards(serves)
    })

    it('and give it back when the client went away before the head', async () => {
      let begun = 0
      const gone = { isOver: false }
      const serves = await serving({
        before: async (res) => {
          if (gone.isOver) return E.right(undefined)
          begun += 1
          await once(res, 'close')
          return E.right(undefined)
        },
      })
      for (let n = 1; n <= 15; n++) {
        const request = get(serves.url, { agent: false }).on('error', () => {})
        await until(() => begun === n)
        request.destroy()
        await sleep(2)
      }
      gone.isOver = true
      await afterwards(serves)
    })

    it('and give it back when they end, by themselves or by a defect, which is reported', async () => {
      let opened = 0
      const serves = await serving({
        frames: async function* (stop) {
          opened += 1
          if (opened > 20) yield* quiet(stop)
          else if (opened % 2 === 0) yield () => []
          else
            yield () => {
              throw new TypeError('a defect')
            }
        },
      })
      for (let n = 0; n < 20; n++) {
        // The defect may cut the connection before the head is out.
        const stream = await serves.open().catch(() => undefined)
        if (stream) await until(() => stream.hasEnded)
      }
      expect(serves.failures).to.deep.equal(Array<string>(10).fill('stream: TypeError: a defect'))
      expect([serves.streams.ended('complete'), serves.streams.ended('failed')]).to.deep.equal([10, 10])
      await afterwards(serves)
    })
  })

  it('that are ended send nothing more, and end no process', async () => {
    const uncaught: unknown[] = []
    const note = (error: unknown) => void uncaught.push(error)
    process.prependListener('uncaughtException', note)
    const { open, streams, failures } = await serving({
      frames: async function* (stop) {
        await once(stop, 'abort')
        // As a reading that was under way comes back.
        yield () => [pieceOf('too late')]
      },
    })
    const stream = await open()
    streams.end()
    await until(() => stream.hasEnded)
    await sleep(20)
    expect(streams.ended('stopping')).to.equal(1)
    process.off('uncaughtException', note)
    expect(stream.text).to.not.include('late')
    expect(uncaught).to.deep.equal([])
    expect(failures).to.deep.equal([])
  })

  it('begin in turns: many with much to look at first let everything else go on', async () => {
    let looked = 0
    let asked = 0
    const all = Promise.withResolvers<void>()
    const { open } = await serving({
      before: async () => {
        if (++asked === 10) all.resolve()
        await all.promise
        return E.right(undefined)
      },
      frames: (stop) => {
        const rest = quiet(stop)[Symbol.asyncIterator]()
        return {
          [Symbol.asyncIterator]: () => ({
            next: () => {
              looked += 1
              for (const end = performance.now() + 6; performance.now() < end;);
              return rest.next()
            },
          }),
        }
      },
    })
    const inOneTurn: number[] = []
    const turn = () => {
      inOneTurn.push(looked - inOneTurn.reduce((sum, count) => sum + count, 0))
      if (looked < 10) setImmediate(turn)
    }
    setImmediate(turn)
    await Promise.all(Array.from({ length: 10 }, open))
    await until(() => looked === 10)
    expect(Math.max(...inOneTurn), 'in one turn').to.be.at.most(4)
  })

  it('are written in turns: many with much to tell let everything else go on', async () => {
    const news = Promise.withResolvers<void>()
    /** How many were rendered in each turn of the event loop. */
    const rendered = [0]
    const { open, failures } = await serving({
      frames: async function* (stop) {
        await news.promise
        yield () => {
          rendered.push((rendered.pop() ?? 0) + 1)
          for (const end = performance.now() + 6; performance.now() < end;);
          return [pieceOf('told\n')]
        }
        yield* quiet(stop)
      },
    })
    const streams = await Promise.all(Array.from({ length: 10 }, open))
    const isOver = () => rendered.reduce((sum, count) => sum + count, 0) === 10
    const turn = () => {
      rendered.push(0)
      if (!isOver()) setImmediate(turn)
    }
    setImmediate(turn)
    news.resolve()
    await until(() => streams.every(({ text }) => text.includes('told')))
    expect(failures).to.deep.equal([])
    expect(Math.max(...rendered), 'in one turn').to.be.at.most(4)
  })

  it('take no more once they were ended', async () => {
    const { open, streams } = await serving()
    streams.end()
    expect((await open()).status).to.equal(503)
  })

  it('go on at once when what was written in a later turn was taken at once', async () => {
    const [ROUNDS, BYTES] = [5, 100_000]
    const { open } = await serving({
      frames: async function* (stop) {
        for (let round = 0; round < ROUNDS; round++)
          yield () => {
            for (const end = performance.now() + 6; performance.now() < end;);
            return [pieceOf('x'.repeat(BYTES))]
          }
        yield* quiet(stop)
      },
    })
    const streams = await Promise.all(Array.from({ length: 8 }, open))
    // A stream that waits for what has happened already would wait as long as it is patient with readers: a minute.
    await until(() => streams.every(({ text }) => text.length > ROUNDS * BYTES))
  })
})
