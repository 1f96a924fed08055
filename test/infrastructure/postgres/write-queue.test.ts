import { expect } from 'chai'
import { ANYBODY } from '../../../src/domain/caller.ts'
import * as E from 'fp-ts/lib/Either.js'
import { DatabaseError } from 'pg'
import { limited } from '../../../src/infrastructure/postgres/database/limited.ts'
import type { PendingChange } from '../../../src/infrastructure/postgres/writes/pending-change.ts'
import { type QueueSettings, writeQueue } from '../../../src/infrastructure/postgres/writes/write-queue.ts'
import type { Writer, Written } from '../../../src/infrastructure/postgres/writes/writer.ts'
import { until } from '../../until.ts'
import { aChatId, aText, NOON } from '../../fixtures.ts'
import { post } from '../../../src/domain/chat/message-decisions.ts'

/** A call of the writer that waits until the test says how it ends. */
interface Call {
  readonly kind: 'together' | 'locked'
  readonly changes: readonly PendingChange[]
  readonly names: readonly string[]
  /** Answers all but those named, which are left in that state. */
  readonly end: (left?: Partial<Record<keyof Written, readonly string[]>>) => Promise<void>
  readonly fail: (error: Error) => Promise<void>
}

const databaseError = (code: string) => Object.assign(new DatabaseError('refused', 7, 'error'), { code })

/** Lets everything run that does not wait for the test. */
const settled = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

interface Given extends Partial<QueueSettings> {
  readonly atOnce?: number
  readonly gather?: () => Promise<void>
}

const aQueue = ({ atOnce = 10, gather = async () => {}, ...settings }: Given = {}) => {
  /** Chats that somebody else holds, and how often it was asked which are free. */
  const others = { hold: new Set<number>(), asked: 0 }
  const calls: Call[] = []
  const forgotten: (number | undefined)[] = []
  const answers = new Map<string, unknown>()
  const names = new Map<PendingChange, string>()
  const nameOf = (change: PendingChange) => names.get(change) ?? ''

  const call = <A>(kind: Call['kind'], changes: readonly PendingChange[], resultOf: (written: Written) => A) =>
    new Promise<A>((resolve, reject) => {
      calls.push({
        kind,
        changes,
        names: changes.map(nameOf),
        end: async (left = {}) => {
          const those = (state: keyof Written) =>
            changes.filter((change) => left[state]?.includes(nameOf(change)) ?? false)
          const written: Written = { stale: those('stale'), later: those('later'), removals: those('removals') }
          const open = new Set(Object.values(written).flat())
          for (const change of changes) if (!open.has(change)) change.resolve(E.right(`${kind} ${nameOf(change)}`))
          resolve(resultOf(written))
          await settled()
        },
        fail: async (error) => {
          reject(error)
          await settled()
        },
      })
    })

  const writer: Writer = {
    together: (changes) => call('together', changes, (written) => written),
    locked: (_id, changes) => call('locked', changes, ({ later }) => later),
    free: async (ids) => {
      others.asked += 1
      return new Set(ids.filter((id) => !others.hold.has(id)))
    },
    forget: (id) => void forgotten.push(id),
  }
  const queue = writeQueue(
    writer,
    { groups: limited(1), gather, locked: limited(atOnce) },
    { groupSize: 10, patience: 10_000, ...settings },
  )

  const add = (name: string, chat = 1, since = performance.now()) => {
    const change: PendingChange = {
      ask: { chatId: aChatId(chat) },
      decision: post(ANYBODY, { text: aText() }, NOON),
      since,
      conflicts: 0,
      resolve: (answer) => answers.set(name, E.isRight(answer) ? answer.right : (answer.left as { kind: string }).kind),
      reject: (defect) => answers.set(name, defect),
    }
    names.set(change, name)
    queue.add(change)
  }
  const seen = () => calls.map(({ kind, names }) => [kind, ...names].join(' '))
  const callAt = (index: number) => calls[index] as Call

  return { add, seen, call: callAt, answers, forgotten, others }
}

describe('The write queue', () => {
  it('writes what comes in one turn together, and what comes meanwhile in the next group', async () => {
    const { add, seen, call, answers } = aQueue()
    add('a')
    add('b', 2)
    await settled()
    add('c')
    await settled()
    expect(seen()).to.deep.equal(['together a b'])
    await call(0).end()
    expect(answers.get('a')).to.equal('together a')
    expect(seen()).to.deep.equal(['together a b', 'together c'])
    await call(1).end()
    add('d')
    await settled()
    expect(seen(), 'idle in between').to.have.length(3)
  })

  it('takes no more into one group than it may', async () => {
    const { add, seen, call } = aQueue({ groupSize: 2 })
    for (const name of ['a', 'b', 'c']) add(name)
    await settled()
    await call(0).end()
    expect(seen()).to.deep.equal(['together a b', 'together c'])
  })

  it('lets changes gather before each group for as long as it is told to', async () => {
    const gathered = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let asked = 0
    const { add, seen, call } = aQueue({ gather: () => gathered[asked++]?.promise ?? Promise.resolve() })
    add('a')
    await settled()
    add('b')
    await settled()
    expect(seen()).to.deep.equal([])
    gathered[0]?.resolve()
    await settled()
    expect(seen()).to.deep.equal(['together a b'])
    add('c')
    await call(0).end()
    add('d')
    await settled()
    expect(seen()).to.have.length(1)
    gathered[1]?.resolve()
    await settled()
    expect(seen()).to.deep.equal(['together a b', 'together c d'])
    await call(1).end()
  })

  it('decides what was stale again before what came later, and on the locked row the second time', async () => {
    const { add, seen, call, answers } = aQueue()
    add('a')
    await settled()
    add('b', 2)
    await call(0).end({ stale: ['a'] })
    expect(seen()).to.deep.equal(['together a', 'together a b'])
    await call(1).end({ stale: ['a'] })
    expect(seen()).to.deep.equal(['together a', 'together a b', 'locked a'])
    expect(answers.get('b')).to.equal('together b')
    await call(2).end()
    expect(answers.get('a')).to.equal('locked a')
  })

  it('decides what concerns a message of its own group in the next one, without a conflict', async () => {
    const { add, seen, call } = aQueue()
    add('a')
    add('b')
    await settled()
    await call(0).end({ later: ['b'] })
    await call(1).end({ later: ['b'] })
    await call(2).end({ stale: ['b'] })
    expect(seen()).to.deep.equal(['together a b', 'together b', 'together b', 'together b'])
  })

  it('removes a chat on its locked row; changes of that chat wait behind it, others go on', async () => {
    const { add, seen, call, answers, forgotten } = aQueue()
    add('remove')
    await settled()
    await call(0).end({ removals: ['remove'] })
    add('behind')
    add('free', 2)
    await settled()
    expect(seen()).to.deep.equal(['together remove', 'locked remove', 'together free'])
    await call(2).end()
    expect(answers.get('free')).to.equal('together free')
    await call(1).end()
    expect(forgotten, 'the cached chat is dropped').to.deep.equal([1])
    expect(seen()).to.deep.equal(['together remove', 'locked remove', 'together free', 'together behind'])
  })

  it('keeps what waits behind a chat until the last of several works on it has ended', async () => {
    const { add, seen, call } = aQueue()
    add('twice stale')
    await settled()
    await call(0).end({ stale: ['twice stale'] })
    add('remove')
    await call(1).end({ later: ['twice stale'] })
    await call(2).end({ stale: ['twice stale'], removals: ['remove'] })
    expect(seen().slice(3).toSorted()).to.deep.equal(['locked remove', 'locked twice stale'])
    add('behind')
    await settled()
    await call(3).end()
    expect(seen()).to.have.length(5)
    await call(4).end()
    expect(seen().at(-1)).to.equal('together behind')
  })

  it('decides a later one of the locked row in a group', async () => {
    const { add, seen, call } = aQueue()
    add('a')
    add('b')
    await settled()
    await call(0).end({ removals: ['a', 'b'] })
    await call(1).end({ later: ['b'] })
    expect(seen()).to.deep.equal(['together a b', 'locked a b', 'together b'])
  })

  it('gives up what waited too long, and nothing else', async () => {
    const { add, seen, answers } = aQueue({ patience: 1000 })
    add('late', 1, performance.now() - 1001)
    add('in time')
    await settled()
    expect(answers.get('late')).to.equal('Unavailable')
    expect(seen()).to.deep.equal(['together in time'])
  })

  it('counts a conflict of the whole group for each of its changes, and drops every cached chat', async () => {
    const { add, seen, call, forgotten } = aQueue()
    add('a')
    add('b', 2)
    await settled()
    await call(0).fail(databaseError('40P01'))
    while (seen().length < 2) await settled()
    expect(forgotten).to.deep.equal([undefined])
    await call(1).end({ stale: ['b'] })
    expect(seen()).to.deep.equal(['together a b', 'together a b', 'locked b'])
  })

  it('sends a group that one of its changes spoilt to the locked rows, chat by chat, then one by one', async () => {
    const { add, seen, call, answers } = aQueue()
    for (const [name, chat] of [
      ['a', 1],
      ['bad', 1],
      ['c', 2],
    ] as const)
      add(name, chat)
    await settled()
    await call(0).fail(databaseError('23514'))
    expect(seen()).to.deep.equal(['together a bad c', 'locked a bad', 'locked c'])
    await call(1).fail(databaseError('23514'))
    expect(seen().slice(3)).to.deep.equal(['locked a'])
    await call(3).end()
    const defect = databaseError('23514')
    await call(4).fail(defect)
    await call(2).end()
    expect(answers.get('a')).to.equal('locked a')
    expect(answers.get('bad'), 'told alone').to.equal(defect)
    expect(answers.get('c')).to.equal('locked c')
  })

  for (const error of [
    new Error('Connection terminated unexpectedly'),
    databaseError('57P01'),
    databaseError('53300'),
    databaseError('25006'),
  ])
    it(`answers Unavailable to all of a group that may have been written, or of which nothing could be: ${error.message} ${(error as DatabaseError).code ?? ''}`, async () => {
      const { add, seen, call, answers } = aQueue()
      add('a')
      add('b', 2)
      await settled()
      add('next')
      await call(0).fail(error)
      expect([answers.get('a'), answers.get('b')]).to.deep.equal(['Unavailable', 'Unavailable'])
      expect(seen()).to.deep.equal(['together a b', 'together next'])
    })

  it('parts a group that ran into a lock of somebody else: what is free goes on, the rest waits without a connection', async () => {
    const { add, seen, call, answers, others } = aQueue()
    add('blocked')
    add('free', 2)
    await settled()
    others.hold.add(1)
    await call(0).fail(databaseError('55P03'))
    add('behind')
    await call(1).end()
    expect(answers.get('free')).to.equal('together free')
    expect(seen()).to.deep.equal(['together blocked free', 'together free'])
    await until(() => others.asked > 3)
    expect(seen()).to.have.length(2)
    others.hold.clear()
    await until(() => seen().length > 2)
    expect(seen()[2]).to.equal('locked blocked behind')
    await call(2).end()
    add('later')
    await settled()
    expect(seen()[3]).to.equal('together later')
  })

  it('lets a chat wait without a connection again whose locked row was not to be had', async () => {
    const { add, seen, call, answers, others } = aQueue()
    add('a')
    await settled()
    await call(0).end({ removals: ['a'] })
    others.hold.add(1)
    await call(1).fail(databaseError('55P03'))
    await until(() => others.asked > 1)
    expect(seen()).to.have.length(2)
    others.hold.clear()
    await until(() => seen().length > 2)
    await call(2).end()
    expect(answers.get('a')).to.equal('locked a')
  })

  it('answers Unavailable to what waits too long for a blocked chat, which no group runs into again', async () => {
    const { add, seen, call, answers, others } = aQueue({ patience: 100 })
    add('a')
    await settled()
    others.hold.add(1)
    await call(0).fail(databaseError('55P03'))
    await until(() => answers.has('a'))
    expect(answers.get('a')).to.equal('Unavailable')
    add('b')
    await until(() => answers.has('b'))
    expect(seen()).to.deep.equal(['together a'])
    others.hold.clear()
  })

  it('writes no more locked rows at once than it may', async () => {
    const { add, seen, call } = aQueue({ atOnce: 2 })
    for (const n of [1, 2, 3]) add(`remove ${n}`, n)
    await settled()
    await call(0).end({ removals: ['remove 1', 'remove 2', 'remove 3'] })
    expect(seen().slice(1)).to.deep.equal(['locked remove 1', 'locked remove 2'])
    await call(1).end()
    expect(seen().slice(3)).to.deep.equal(['locked remove 3'])
  })
})
