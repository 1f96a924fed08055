import { expect } from 'chai'
import fc from 'fast-check'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type Client, clientOf } from '../client.ts'
import { upTo } from '../fixtures.ts'
import { overEachStorage, served } from '../served.ts'

/** A list with entries of its own, by their places: 1, 2, 3 … as they came. */
interface Listed {
  readonly path: string
  /** The id of what came at the place. */
  readonly idAt: (place: number) => number
  readonly remove: (id: number) => Promise<unknown>
  readonly add: () => Promise<unknown>
}

const linksIn = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    Array.from((headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(next|prev)"/g), ([, to = '', rel = '']) => [
      rel,
      to,
    ]),
  )

describe('A window of a list over HTTP', () =>
  overEachStorage((storage) => {
    let messenger: Messenger
    let client: Client

    before(async () => {
      messenger = await served(await storage())
      client = clientOf(messenger.url)
    })
    after(() => messenger.stop())

    const pageAt = async (target: string) => {
      const { status, json, headers } = await client.get<{ id: number }[]>(target)
      expect(status, target).to.equal(200)
      return { ids: json.map(({ id }) => id), links: linksIn(headers) }
    }
    const removing = (target: string) => async () =>
      expect((await client.delete(target)).status).to.be.oneOf([204, 404])

    const messages = async (count: number): Promise<Listed> => {
      const chat = await aChatOn(client)
      const add = () => client.post(`${chat}/messages/`, { text: 'hello' })
      for (const answer of await Promise.all(upTo(count).map(add))) expect(answer.status).to.equal(201)
      const path = `${chat}/messages/`
      return { path, idAt: (place) => place, remove: (id) => removing(`${path}${id}`)(), add }
    }

    const chats = async (count: number): Promise<Listed> => {
      const add = async () => Number((await aChatOn(client)).split('/')[2])
      const base = await add()
      const ids = (await Promise.all(upTo(count).map(add))).toSorted((a, b) => a - b)
      const idAt = (place: number) => ids[place - 1] ?? (place < 1 ? base : (ids.at(-1) ?? base) + place - count)
      return { path: '/chats/', idAt, remove: (id) => removing(`/chats/${id}`)(), add }
    }

    /** What is on the pages that the links lead to. */
    const walk = async (first: string, rel: 'next' | 'prev', between: () => Promise<unknown> = async () => {}) => {
      const pages: (Awaited<ReturnType<typeof pageAt>> & { target: string })[] = []
      for (let target: string | undefined = first; target !== undefined;) {
        expect(pages.length, 'the links come to an end').to.be.below(60)
        const page = await pageAt(target)
        pages.push({ ...page, target })
        target = page.links[rel]
        await between()
      }
      return pages
    }

    const aWindow = fc.record({
      count: fc.integer({ min: 0, max: 14 }),
      after: fc.integer({ min: 0, max: 15 }),
      before: fc.integer({ min: 1, max: 17 }),
      limit: fc.integer({ min: 1, max: 5 }),
      order: fc.constantFrom('asc', 'desc'),
      removed: fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 5 }),
      /** Removed (or, as 0, added) after a page was read, one at a time. */
      meanwhile: fc.array(fc.integer({ min: 0, max: 14 }), { maxLength: 8 }),
    })

    for (const [what, made, ordered] of [
      ['messages', messages, true],
      ['chats', chats, false],
    ] as const)
      it(`is what next leads through, each of its ${what} once, and prev leads back`, async () => {
        const property = fc.asyncProperty(aWindow, async ({ count, removed, meanwhile, limit, ...asked }) => {
          const { path, idAt, remove, add } = await made(count)
          const ascending = ordered && asked.order === 'asc'
          const [low, high] = [idAt(asked.after), idAt(asked.before)]
          const said = { limit: `${limit}`, before: `${high}`, after: `${low}`, ...(ascending && { order: 'asc' }) }
          const places = upTo(count)
          for (const place of new Set(removed.filter((one) => one <= count))) await remove(idAt(place))
          const there = places.filter((place) => !removed.includes(place)).map(idAt)
          const within = there.filter((id) => id > low && id < high)

          const left = [...meanwhile]
          const gone = new Set<number>()
          const pages = await walk(`${path}?${new URLSearchParams(said).toString()}`, 'next', async () => {
            const place = left.shift()
            if (place === 0) await add()
            if (!place || place > count) return
            gone.add(idAt(place))
            await remove(idAt(place))
          })

          const sorted = (ids: readonly number[]) => ids.toSorted((a, b) => (ascending ? a - b : b - a))
          const seen = pages.flatMap(({ ids }) => ids)
          expect(seen, 'in order, each once').to.deep.equal(sorted([...new Set(seen)]))
          expect(seen.every((id) => id > low && id < high)).to.equal(true)
          expect(seen).to.include.members(within.filter((id) => !gone.has(id)))
          if (meanwhile.length === 0) {
            expect(seen).to.deep.equal(sorted(within))
            for (const { ids } of pages.slice(0, -1)) expect(ids, 'a full page').to.have.length(limit)
          }
          expect(pages[0]?.links).to.not.have.property('prev')

          const last = pages.at(-1)
          const back = await walk(last?.target ?? '', 'prev')
          const seenBack = back
            .slice(1)
            .toReversed()
            .flatMap(({ ids }) => ids)
          expect(seenBack, 'back, in order, each once').to.deep.equal(sorted([...new Set(seenBack)]))
          expect(seenBack).to.include.members(seen.filter((id) => !gone.has(id) && !last?.ids.includes(id)))
          expect(seenBack.filter((id) => last?.ids.includes(id))).to.deep.equal([])

          for (const { links } of [...pages, ...back])
            for (const link of Object.values(links))
              expect(Object.fromEntries(new URL(link, client.url).searchParams)).to.include(said)
        })
        await fc.assert(property, { numRuns: 40 })
      })

    it('begins at its newest entry, or at its oldest in ascending order', async () => {
      const { path } = await messages(12)
      const linked = async (query: string) => {
        const { ids, links } = await pageAt(`${path}?${query}`)
        const queries = Object.entries(links).map(([rel, link]) => [rel, link.slice(path.length + 1)] as const)
        return { ids, ...(Object.fromEntries(queries) as Record<string, string>) }
      }
      const window = 'limit=3&before=12&after=5'
      expect(await linked('after=5&before=12&limit=3')).to.deep.equal({
        ids: [11, 10, 9],
        next: `${window}&cursor=before-9`,
      })
      expect(await linked(`${window}&cursor=before-9`)).to.deep.equal({
        ids: [8, 7, 6],
        prev: `${window}&cursor=after-8`,
      })
      expect(await linked('order=asc&after=5&before=12&limit=3')).to.deep.equal({
        ids: [6, 7, 8],
        next: `${window}&cursor=after-8&order=asc`,
      })
      expect(await linked(`${window}&cursor=after-8&order=asc`)).to.deep.equal({
        ids: [9, 10, 11],
        prev: `${window}&cursor=before-9&order=asc`,
      })
      expect(await linked('after=5&before=12')).to.deep.equal({ ids: [11, 10, 9, 8, 7, 6] })
    })

    it('is never left by a cursor', async () => {
      const { path } = await messages(9)
      for (const [cursor, ids] of [
        ['before-9', [5, 4]],
        ['before-5', [4]],
        ['before-1', []],
        ['after-0', [5, 4]],
        ['after-4', [5]],
        ['after-9', []],
      ] as const)
        expect((await pageAt(`${path}?after=3&before=6&cursor=${cursor}`)).ids, cursor).to.deep.equal(ids)
      expect((await pageAt(`${path}?limit=2&cursor=after-4`)).ids).to.deep.equal([6, 5])
    })

    it('refuses what is no cursor', async () => {
      for (const query of [
        'cursor=9',
        'cursor=before-0',
        'cursor=after--1',
        'cursor=',
        'cursor=after-1&cursor=after-1',
      ])
        for (const path of ['/chats/', (await messages(0)).path]) {
          const { status, json } = await client.get(`${path}?${query}`)
          const code = query.includes('&') ? 'repeated' : 'malformed'
          expect([status, json.errors?.map(({ parameter, code }) => [parameter, code])], query).to.deep.equal([
            422,
            [['cursor', code]],
          ])
        }
    })
  }))
