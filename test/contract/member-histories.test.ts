import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY, type UserId } from '../../src/domain/caller.ts'
import type { Member } from '../../src/domain/chat/member.ts'
import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import { openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { later, right } from '../fixtures.ts'
import { aDatabase } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { opened, taken } from './member-model.ts'
import { aSide, expectModel, placed, type Side, sighted } from './member-sights.ts'
import { asked, callerOf, histories } from './member-steps.ts'

const RUNS = process.env['TORTURE'] ? 1000 : 60

const isOwner = ({ role }: Member) => role === 'owner'

/** Nobody, of a chat that is gone. */
const membersOf = async ({ servers, ids }: Side, place: number): Promise<readonly Member[]> => {
  const page = await servers[0]!.chats.members(ANYBODY, ids[place]!, { limit: 100 })()
  return E.isRight(page) ? page.right.entries : []
}

describe('Whatever members do', () => {
  const hold = releasing()

  it('memory, PostgreSQL on two servers and a model of the rules agree, and no owner is lost but by a service', async function () {
    this.timeout(600_000)
    const where = await aDatabase()
    const databases = [0, 1].map(() => hold(openDatabase(where), ({ close }) => close()))
    const servers = databases.map((database) => postgresChats(database))
    const journal = postgresJournal(databases[0]!.pool)
    const answers = new Map<string, number>()

    const property = fc.asyncProperty(histories, async ({ chats, steps }) => {
      const memory = memoryChats()
      const sides = [aSide([memory], memory), aSide(servers, journal)] as const
      const model = chats.map(opened)
      for (const { who, visibility, founders } of chats)
        for (const { servers, ids } of sides) {
          const members = founders.map(({ user, role }) => ({ userId: user as UserId, role }))
          ids.push(right(await servers[0]!.act.open(callerOf(who), { visibility, members })).done.id)
        }
      let ticks = 0
      for (const { chat: n, server, step } of steps) {
        const at = later(++ticks * 1000)
        const place = n % chats.length
        const before = await membersOf(sides[0], place)
        const [here, there] = await Promise.all(
          sides.map(({ servers, ids }) => asked(servers[server % servers.length]!.act, ids[place]!, step, at)),
        )
        expect(placed(there, sides[1].ids)).to.deep.equal(placed(here, sides[0].ids))
        const foreseen = taken(model[place]!, step)
        const answer = E.isLeft(here!) ? here.left.kind : (here!.right.chat?.revision ?? 'gone')
        expect(answer).to.equal(foreseen)
        const what = `${step.kind} ${typeof answer === 'number' ? 'done' : answer}`
        answers.set(what, (answers.get(what) ?? 0) + 1)
        const after = await membersOf(sides[0], place)
        const isOrphaned = before.some(isOwner) && !after.some(isOwner)
        if (isOrphaned && step.who !== null) expect(after.filter(({ userId }) => userId !== step.who)).to.deep.equal([])
      }
      await expectModel(sides[0], model)
      expect(await sighted(sides[1])).to.deep.equal(await sighted(sides[0]))
      for (const id of sides[1].ids) await sides[1].servers[0]!.act.close(ANYBODY, id)
    })
    await fc.assert(property, { numRuns: RUNS })
    // The histories reach what they are about.
    const reached = [...answers.keys()]
    for (const what of [
      /put done/,
      /put Forbidden/,
      /ChatNotFound/,
      /LastOwner/,
      /remove done/,
      /remove MemberNotFound/,
    ])
      expect(
        reached.filter((each) => what.test(each)),
        String(what),
      ).to.not.deep.equal([])
  })
})
