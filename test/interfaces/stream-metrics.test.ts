import { expect } from 'chai'
import { Registry } from 'prom-client'
import { batchOf } from '../../src/application/following/batch.ts'
import { signalBatchOf } from '../../src/application/following/signals/signal-batch.ts'
import { chatChanged, messageChanged } from '../../src/domain/chat/change.ts'
import * as Chat from '../../src/domain/chat/chat.ts'
import type { Message } from '../../src/domain/chat/message.ts'
import type { Revision } from '../../src/domain/identity.ts'
import { framesOf, signalFrames } from '../../src/interfaces/http/events/event-frames.ts'
import { streamMetrics } from '../../src/interfaces/http/events/stream-metrics.ts'
import { aChatId, aMessageId, aNewChat, aText, later, NOON } from '../fixtures.ts'
import { NO_REACTIONS } from '../../src/domain/chat/reaction.ts'
import { Metadata } from '../../src/domain/metadata.ts'
import { aReading, aTyping } from '../signals.ts'

const aMessage = (revision: number, createdAt: Date): Message => ({
  chatId: aChatId(),
  id: aMessageId(revision),
  author: null,
  replyTo: null,
  metadata: Metadata.NONE,
  reactions: NO_REACTIONS,
  text: aText(),
  createdAt,
  editedAt: null,
  revision: revision as Revision,
})
const aBatch = () =>
  batchOf(0 as Revision, [aMessage(1, NOON), aMessage(2, later(1000))].map(messageChanged), 2 as Revision)

describe('The metrics of event streams', () => {
  const measuring = (now = later(1250)) => {
    const registry = new Registry()
    const { sent, signalled } = streamMetrics(registry, () => now)
    const value = async (name: string) =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await registry.metrics())?.[1])
    return { sent, signalled, value }
  }

  it('count what is sent for every stream, and how late it is for the first live one alone', async () => {
    const { sent, value } = measuring()
    const batch = aBatch()
    for (let follower = 0; follower < 3; follower++) sent(batch, true)
    expect(await value('event_stream_events_total')).to.equal(6)
    expect(await value('event_stream_lag_seconds_count')).to.equal(1)
    expect(await value('event_stream_lag_seconds_sum')).to.equal(0.25)
    sent(aBatch(), true)
    expect(await value('event_stream_lag_seconds_count')).to.equal(2)
  })

  it('count signals among the events, and take no lag from them', async () => {
    const { signalled, value } = measuring()
    const batch = signalBatchOf([aTyping(), aReading(1)])
    for (let follower = 0; follower < 3; follower++) signalled(batch)
    expect(await value('event_stream_events_total')).to.equal(6)
    expect(await value('event_stream_lag_seconds_count')).to.equal(0)
  })

  it('take no lag from what is caught up on, and keep that for the live stream that comes first', async () => {
    const { sent, value } = measuring()
    const batch = aBatch()
    sent(batch, false)
    expect(await value('event_stream_lag_seconds_count')).to.equal(0)
    sent(batch, true)
    expect(await value('event_stream_lag_seconds_count')).to.equal(1)
  })

  it('know when each kind of change was made, and no lag below nothing', async () => {
    const chat = Chat.open(aNewChat())(aChatId())
    const { text: _text, ...rest } = aMessage(1, NOON)
    const changes = [
      messageChanged({ ...aMessage(1, NOON), editedAt: later(250) }),
      messageChanged({ ...rest, deletedAt: later(750) }),
      chatChanged({ ...chat, updatedAt: later(1000) }),
      messageChanged(aMessage(1, later(60_000))),
    ]
    const { sent, value } = measuring(later(1000))
    let sum = 0
    for (const [index, lag] of [0.75, 0.25, 0, 0].entries()) {
      sent(batchOf(0 as Revision, changes.slice(index, index + 1), 1 as Revision), true)
      sum += lag
      expect(await value('event_stream_lag_seconds_sum')).to.equal(sum)
    }
  })
})

describe('The frames of a batch', () => {
  it('are the same bytes for all of its followers', () => {
    const batch = aBatch()
    const frames = batch.form(framesOf)
    expect(batch.form(framesOf)).to.equal(frames)
    expect(frames.map(({ data }) => data).join('')).to.match(
      /^id: 1\nevent: message\ndata: \{.*\}\n\nid: 2\nevent: message\ndata: \{.*\}\n\n$/,
    )
  })

  it('are the same bytes for all who hear signals, and have no ids', () => {
    const batch = signalBatchOf([aTyping({ user: '"' }), aReading(3)])
    const frames = batch.form(signalFrames)
    expect(batch.form(signalFrames)).to.equal(frames)
    expect(frames.map(({ data }) => data).join('')).to.equal(
      'event: typing\ndata: {"chat_id":1,"user_id":"\\""}\n\n' +
        'event: read\ndata: {"chat_id":1,"user_id":"ada","read_message_id":3}\n\n',
    )
  })
})
