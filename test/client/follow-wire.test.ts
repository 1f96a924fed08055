import { mock } from 'node:test'
import { expect } from 'chai'
import { type ChatEvent, createClient, isProblem } from '../../src/client/index.ts'
import { AHEAD, type Answer, encode, opening, refusal, streamOf, toldOver } from './stream-answers.ts'

const message = (id: number, text = 'hello') =>
  encode(`id: ${id}\nevent: message\ndata: ${JSON.stringify({ id, chat_id: 1, text })}\n\n`)
const deleted = () => encode('event: chat_deleted\ndata: {"id":1}\n\n')

describe('Following, on the wire', () => {
  const random = Math.random
  beforeEach(() => {
    Math.random = () => 0.999
  })
  afterEach(() => {
    Math.random = random
  })

  const following = (answers: readonly Answer[], chatIds?: readonly number[]) =>
    toldOver<ChatEvent>(answers, (client) => (chatIds ? client.followAll(chatIds) : client.follow(1)))
  const typesOf = (told: readonly ChatEvent[]) =>
    told.map((event) => (event.type === 'message' ? event.message.id : event.type))

  it('reads characters that are cut in two', async () => {
    const whole = message(1, 'é😀')
    const pieces = Array.from(whole, (byte) => Uint8Array.of(byte))
    const { told } = await following([streamOf(opening('0'), ...pieces, deleted())])
    expect(told[0]).to.containSubset({ message: { text: 'é😀' } })
  })

  it('resumes after the place of the opening, and then of each event, and tells nothing of an opening', async () => {
    const { told, places } = await following([
      streamOf(opening('4')),
      streamOf(opening('4'), message(5)),
      streamOf(opening('5'), message(6), deleted()),
    ])
    expect(places).to.deep.equal([null, '4', '5'])
    expect(typesOf(told)).to.deep.equal([5, 6, 'chat_deleted'])
  })

  it('keeps its place when an event does not name one', async () => {
    const { told, places } = await following(
      [streamOf(opening('AQ'), message(5), deleted()), streamOf(encode('event: chat_deleted\ndata: {"id":2}\n\n'))],
      [1, 2],
    )
    expect(places).to.deep.equal([null, '5'])
    expect(typesOf(told)).to.deep.equal([5, 'chat_deleted', 'chat_deleted'])
  })

  it('comes back after pauses that grow while it fails, and are short again once it did not', async () => {
    const down = () => new TypeError('no network')
    const { pauses } = await following([
      streamOf(opening('0', 400)),
      ...[down(), down(), down(), down(), down(), down()],
      streamOf(opening('0', 400)),
      down(),
      streamOf(deleted()),
    ])
    expect(pauses).to.deep.equal([400, 400, 799, 1598, 3197, 4995, 4995, 400, 400])
  })

  it('waits at least for as long as it is asked to', async () => {
    const { pauses } = await following([
      streamOf(opening('0', 100)),
      refusal(503, { 'retry-after': '7' }),
      refusal(503),
      streamOf(deleted()),
    ])
    expect(pauses).to.deep.equal([100, 7000, 200])
  })

  for (const status of [408, 429, 500, 502, 503, 504])
    it(`outlasts ${status} once it has begun`, async () => {
      const answers = Array.from({ length: 8 }, () => refusal(status))
      const { told } = await following([
        streamOf(opening('0')),
        ...answers,
        streamOf(opening('0'), message(1), deleted()),
      ])
      expect(typesOf(told)).to.deep.equal([1, 'chat_deleted'])
    })

  for (const status of [400, 403, 406, 422, 500])
    it(`throws ${status} at the beginning`, async () => {
      const { error, places } = await following([refusal(status)])
      expect([isProblem(error), places.length]).to.deep.equal([true, 1])
    })

  it('throws what is refused for good, also once it has begun', async () => {
    const { error } = await following([streamOf(opening('0')), refusal(403)])
    expect(error).to.containSubset({ problem: { status: 403 } })
  })

  describe('when the service went back behind where it was', () => {
    it('says so of every chat, and begins anew', async () => {
      const { told, places } = await following(
        [
          streamOf(opening('AQEF'), message(5)),
          refusal(422, {}, AHEAD),
          streamOf(opening('AQED'), message(1), message(2)),
          streamOf(opening('x'), deleted(), encode('event: chat_deleted\ndata: {"id":2}\n\n')),
        ],
        [1, 2],
      )
      expect(typesOf(told)).to.deep.equal([5, 'chat_restored', 'chat_restored', 1, 2, 'chat_deleted', 'chat_deleted'])
      expect(places.slice(0, 3)).to.deep.equal([null, '5', '0'])
    })

    it('does so once, and throws when it is refused even there', async () => {
      const { error, told, places } = await following([
        streamOf(opening('5')),
        refusal(422, {}, AHEAD),
        refusal(422, {}, AHEAD),
      ])
      expect(isProblem(error, 'validation-failed')).to.equal(true)
      expect([typesOf(told), places]).to.deep.equal([['chat_restored'], [null, '5', '0']])
    })

    it('is not what another rule says', async () => {
      const other = { ...AHEAD, errors: [{ parameter: 'chat_id', code: 'too_many', detail: '' }] }
      const { error } = await following([streamOf(opening('5')), refusal(422, {}, other)])
      expect(isProblem(error, 'validation-failed')).to.equal(true)
    })
  })

  it('takes a stream for gone that is silent for 45 seconds, each from the last sign of life', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const signals: AbortSignal[] = []
      const pipe = new TransformStream<Uint8Array, Uint8Array>()
      const writer = pipe.writable.getWriter()
      const client = createClient({
        fetch: async (_, init) => {
          const signal = init?.signal as AbortSignal
          signals.push(signal)
          if (signals.length > 1) return streamOf(deleted())
          signal.addEventListener('abort', () => void writer.abort(signal.reason))
          return new Response(pipe.readable, { headers: { 'content-type': 'text/event-stream' } })
        },
        wait: async () => {},
      })
      const following = (async () => {
        for await (const event of client.follow(1)) expect(event.type).to.equal('chat_deleted')
      })()
      for (const sign of [opening('0'), encode(':\n'), encode(':\n'), encode(':\n')]) {
        await writer.write(sign)
        await new Promise((resolve) => setImmediate(resolve))
        mock.timers.tick(30_000)
        expect(signals[0]?.aborted).to.equal(false)
      }
      mock.timers.tick(15_000)
      expect(signals[0]?.aborted).to.equal(true)
      await following
      expect(signals).to.have.length(2)
    } finally {
      mock.timers.reset()
    }
  })
})
