import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Keys, KeySelection } from '../../src/application/ports/keys.ts'
import { SCOPES } from '../../src/domain/caller.ts'
import type { KeyName } from '../../src/domain/keys/api-key.ts'
import { aChatId, later, left, right, upTo } from '../fixtures.ts'
import { aDigest, aKeyId, aNewKey } from '../key-fixtures.ts'

/** What every `Keys` must do. */
export const keysContract = (open: () => Promise<Keys>) => {
  let keys: Keys

  beforeEach(async () => {
    keys = await open()
  })

  const add = async (key = aNewKey(), digest = aDigest()) => ({ digest, key: right(await keys.add(key, digest)()) })
  const find = async (...digests: Parameters<Keys['find']>[0]) => right(await keys.find(digests)())
  const listed = async (selection: KeySelection) => {
    const { entries, more } = right(await keys.list(selection)())
    return { ids: entries.map(({ id }) => id as number), more }
  }

  describe('add', () => {
    it('keeps every field of a key, and gives it an identity', async () => {
      const whole = aNewKey({
        name: 'Bobby\'s 🔑 \\ "key" {a,b}\nNULL' as KeyName,
        scopes: SCOPES,
        chatIds: [3, 1, 9_007_199_254_740_991].map(aChatId),
        createdAt: later(1),
        expiresAt: later(2),
      })
      for (const draft of [whole, aNewKey(), aNewKey({ scopes: ['keys'], chatIds: [aChatId(7)] })]) {
        const { digest, key } = await add(draft)
        expect(key).to.deep.equal({ ...draft, id: key.id, lastUsedAt: null })
        expect((await find(digest)).get(digest)).to.deep.equal(key)
        expect(right(await keys.list({ limit: 1 })()).entries).to.deep.equal([key])
      }
    })

    it('gives no identity twice, also at the same time and when keys are gone', async () => {
      const made = await Promise.all(upTo(20).map(() => add()))
      const newest = Math.max(...made.map(({ key }) => key.id))
      right(await keys.remove(aKeyId(newest))())
      const ids = [...made, await add()].map(({ key }) => key.id)
      expect(new Set(ids).size).to.equal(21)
      expect(Math.max(...ids)).to.be.above(newest)
    })
  })

  describe('list', () => {
    it('selects as lists of chats do: the newest, before, after, between, from either end', async () => {
      const ids: number[] = []
      for (let n = 0; n < 5; n++) ids.push((await add()).key.id)
      const [one, two, three, four, five] = ids.map(aKeyId)
      expect(await listed({ limit: 9 })).to.deep.equal({ ids: [five, four, three, two, one], more: false })
      expect(await listed({ limit: 2 })).to.deep.equal({ ids: [five, four], more: true })
      expect(await listed({ limit: 2, before: three })).to.deep.equal({ ids: [two, one], more: false })
      expect(await listed({ limit: 2, after: one })).to.deep.equal({ ids: [three, two], more: true })
      expect(await listed({ limit: 9, before: five, after: two })).to.deep.equal({ ids: [four, three], more: false })
      expect(await listed({ limit: 1, before: five, after: one, from: 'oldest' })).to.deep.equal({
        ids: [two],
        more: true,
      })
    })

    it('has nothing to show before a key was made', async () => {
      expect(await listed({ limit: 1 })).to.deep.equal({ ids: [], more: false })
    })
  })

  describe('remove', () => {
    it('leaves nothing of the key, once, and nothing else out', async () => {
      const [gone, other] = [await add(), await add()]
      expect(E.isRight(await keys.remove(gone.key.id)())).to.equal(true)
      expect([...(await find(gone.digest, other.digest)).keys()]).to.deep.equal([other.digest])
      expect((await listed({ limit: 9 })).ids).to.deep.equal([other.key.id])
      expect(left(await keys.remove(gone.key.id)())).to.deep.equal({ kind: 'KeyNotFound', keyId: gone.key.id })
    })
  })

  describe('find', () => {
    it('finds those that are there, expired ones too, and says nothing of others', async () => {
      const [one, two] = [await add(), await add(aNewKey({ expiresAt: later(-1) }))]
      const found = await find(aDigest(), two.digest, one.digest, aDigest())
      expect(found).to.deep.equal(
        new Map([
          [one.digest, one.key],
          [two.digest, two.key],
        ]),
      )
      expect(await find()).to.deep.equal(new Map())
    })

    it('takes as many digests as there are', async () => {
      const made = await add()
      const many = upTo(2500).map(aDigest)
      expect([...(await find(...many, made.digest)).keys()]).to.deep.equal([made.digest])
    })
  })

  describe('touch', () => {
    const usedAt = async (digest: ReturnType<typeof aDigest>) => (await find(digest)).get(digest)?.lastUsedAt

    it('notes when keys were used, and never an earlier time than it has', async () => {
      const [one, two, unused] = [await add(), await add(), await add()]
      const note = async (...uses: [number, Date][]) =>
        right(await keys.touch(new Map(uses.map(([id, at]) => [aKeyId(id), at])))())
      await note([one.key.id, later(2)], [two.key.id, later(1)])
      await note([one.key.id, later(1)], [two.key.id, later(2)])
      expect(await usedAt(one.digest)).to.deep.equal(later(2))
      expect(await usedAt(two.digest)).to.deep.equal(later(2))
      expect(await usedAt(unused.digest)).to.equal(null)
    })

    it('has the latest in the end, whatever is noted at the same time and in whatever order', async () => {
      const made = await Promise.all(upTo(30).map(() => add()))
      const ids = made.map(({ key }) => key.id)
      const note = (n: number) => keys.touch(new Map((n % 2 ? ids : ids.toReversed()).map((id) => [id, later(n)])))()
      const noted = await Promise.all([3, 20, 7, ...upTo(19)].map(note))
      expect(noted.filter(E.isLeft)).to.deep.equal([])
      for (const { digest } of made) expect(await usedAt(digest)).to.deep.equal(later(20))
    })

    it('passes over keys that are gone, and notes the others', async () => {
      const [gone, there] = [await add(), await add()]
      right(await keys.remove(gone.key.id)())
      right(await keys.touch(new Map([gone, there].map(({ key }) => [key.id, later(1)])))())
      expect(await usedAt(there.digest)).to.deep.equal(later(1))
      expect((await find(gone.digest)).size).to.equal(0)
      right(await keys.touch(new Map())())
    })
  })
}
