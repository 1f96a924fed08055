import type { MessageBody } from '../../../client.ts'
import { pause, type World } from './world.ts'

/** Where the answer says that the page goes on (RFC 8288). */
const linkIn = (headers: Headers, rel: string) =>
  new RegExp(`<([^>]*)>; *rel="?${rel}"?`).exec(headers.get('link') ?? '')?.[1]

/** Pages through chats by the links of the answers, in either order, from either end. */
export const aReader = async (world: World, by: string): Promise<void> => {
  const dice = world.dice.of(by)
  const read = async (chat: number, target: string, limit: number, isAscending: boolean) => {
    const began = world.now()
    const page = await world.ask('listMessages', (client) => client.get<MessageBody[]>(target))
    if (page?.status !== 200) return undefined
    const revision = /[?&]after=(\d+)/.exec(linkIn(page.headers, 'monitor') ?? '')?.[1]
    if (revision === undefined) world.incidents.push(`${by}: no link of ${target} says where to follow from`)
    const entries = page.json.map(({ id, text }) => ({ message: id, text }))
    if (!isAscending) entries.reverse()
    const bound = (name: string) => new RegExp(`[?&]${name}=(\\d+)`).exec(target)?.[1]
    const [after, before] = [Number(bound('after') ?? 0), Number(bound('before') ?? Infinity)]
    const isFull = entries.length === limit
    // With `after` alone it is the first that are shown, otherwise the last.
    const isFromBelow = bound('after') !== undefined && bound('before') === undefined
    const above = isFull && !isFromBelow ? (entries[0]?.message ?? 1) - 1 : after
    const below = isFull && isFromBelow ? (entries.at(-1)?.message ?? 0) + 1 : before
    world.pages.push({ by, chat, revision: Number(revision), began, above, below, entries })
    return linkIn(page.headers, 'next')
  }
  while (!world.isOver()) {
    const [chat, limit, isAscending] = [dice.pick(world.open), dice.between(5, 100), dice.roll() < 0.5]
    const order = isAscending ? 'order=asc&after=0' : 'order=desc'
    let next: string | undefined = `/chats/${chat}/messages/?limit=${limit}&${order}`
    for (let pages = dice.between(1, 6); next !== undefined && pages > 0 && !world.isOver(); pages--) {
      await pause(dice)
      next = await read(chat, next, limit, isAscending)
    }
  }
}
