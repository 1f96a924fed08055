import type { Chat, Message } from '../../client/schemas.ts'
import { expectSame, expectThat } from '../expectations.ts'
import { limits } from '../limits.ts'
import { type Answer, messageIds, numberOf } from '../service.ts'
import type { Chapter } from '../suite.ts'

const linkTo = (headers: Headers, rel: string): string | undefined =>
  new RegExp(`<([^>]+)>; rel="${rel}"`).exec(headers.get('link') ?? '')?.[1]

const downFrom = (high: number, count: number) => Array.from({ length: count }, (_, n) => high - n)

export const paging: Chapter = (service, it) => {
  const idsAt = async (target: string) => messageIds(await service.get<Message[]>(target))

  const pagesFrom = async (first: string, rel: string) => {
    const pages: number[][] = []
    for (let target: string | undefined = first; target !== undefined;) {
      const { json, headers }: Answer<(Chat | Message)[]> = await service.get<(Chat | Message)[]>(target)
      pages.push(json.map(({ id }) => id))
      target = linkTo(headers, rel)
      expectThat(`the links from ${first} come to an end`, pages.length < 100)
    }
    return pages
  }

  it(`lists the last ${limits.defaultPage} messages, newest first, and turns the page round with order=asc`, async () => {
    const sent = limits.defaultPage + 5
    const list = `${await service.aChat(sent)}/messages/`
    expectSame('the list', await idsAt(list), downFrom(sent, limits.defaultPage))
    expectSame('turned round', await idsAt(`${list}?order=asc`), downFrom(sent, limits.defaultPage).reverse())
  })

  it('selects with limit, before and after, whose bounds are exclusive', async () => {
    const list = `${await service.aChat(12)}/messages/`
    const selections: Record<string, number[]> = {
      'limit=3': [12, 11, 10],
      'limit=3&before=10': [9, 8, 7],
      'limit=3&after=5': [8, 7, 6],
      'limit=3&after=5&order=asc': [6, 7, 8],
      'limit=2&after=5&before=10': [9, 8],
      'after=10&before=11': [],
      'after=12': [],
      'before=1': [],
      'after=0&limit=1': [1],
    }
    for (const [query, ids] of Object.entries(selections)) expectSame(query, await idsAt(`${list}?${query}`), ids)
  })

  it('leads from the newest page to the oldest with next, and back with prev', async () => {
    const list = `${await service.aChat(5)}/messages/`
    expectSame('next', await pagesFrom(`${list}?limit=2`, 'next'), [[5, 4], [3, 2], [1]])
    expectSame('prev', await pagesFrom(`${list}?limit=2&before=2`, 'prev'), [[1], [3, 2], [5, 4]])
  })

  it('leads in the order shown', async () => {
    const list = `${await service.aChat(5)}/messages/`
    expectSame('next', await pagesFrom(`${list}?limit=2&after=0&order=asc`, 'next'), [[1, 2], [3, 4], [5]])
  })

  it('stays between before and after, when both are given, whichever way the links lead', async () => {
    const list = `${await service.aChat(9)}/messages/`
    const window = `${list}?limit=2&after=2&before=8`
    expectSame('next', await pagesFrom(window, 'next'), [[7, 6], [5, 4], [3]])
    expectSame('next, ascending', await pagesFrom(`${window}&order=asc`, 'next'), [[3, 4], [5, 6], [7]])
    const first = await service.get<Message[]>(window)
    const second = linkTo(first.headers, 'next') ?? ''
    expectSame('and back', await pagesFrom(second, 'prev'), [
      [5, 4],
      [7, 6],
    ])
  })

  it('shows every message once while others are sent and deleted', async () => {
    const chat = await service.aChat(12)
    const seen: number[] = []
    for (let target: string | undefined = `${chat}/messages/?limit=4`; target !== undefined;) {
      const { json, headers }: Answer<Message[]> = await service.get<Message[]>(target)
      seen.push(...json.map(({ id }) => id))
      await service.post(`${chat}/messages/`, { text: 'meanwhile' })
      await service.delete(`${chat}/messages/${seen.at(-2) ?? 0}`)
      target = linkTo(headers, 'next')
    }
    expectSame('seen', seen, downFrom(12, 12))
  })

  it('fills pages past deleted messages', async () => {
    const chat = await service.aChat(6)
    for (const id of [5, 4]) await service.delete(`${chat}/messages/${id}`)
    expectSame('limit=3', await idsAt(`${chat}/messages/?limit=3`), [6, 3, 2])
  })

  it('lists chats newest first, each once', async () => {
    const opened: number[] = []
    for (let n = 0; n < 5; n++) opened.push(numberOf(await service.aChat()))
    const [oldest = 0, newest = 0] = [opened[0], opened.at(-1)]
    const among = (pages: readonly number[][]) => pages.flat().filter((id) => opened.includes(id))
    const first = await service.get<Chat[]>(`/chats/?limit=2&before=${newest + 1}&after=${oldest - 1}`)
    expectSame(
      'the newest',
      first.json.map(({ id }) => id),
      [newest, opened[3]],
    )
    expectSame(
      'read on from before them, with prev',
      among(await pagesFrom(`/chats/?limit=2&after=${oldest - 1}`, 'prev')).toSorted((a, b) => a - b),
      opened,
    )
  })
}
