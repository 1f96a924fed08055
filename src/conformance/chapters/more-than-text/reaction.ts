import type { OwnReaction, Reactor } from '../../../client/schemas.ts'
import type { Answer, Service } from '../../service.ts'

const pathOf = (chat: string, reaction: string, id: number) =>
  `${chat}/messages/${id}/reactions/${encodeURIComponent(reaction)}`

/** To message 1, unless it is another. */
export const react = (who: Service, chat: string, reaction: string, id = 1): Promise<Answer<unknown>> =>
  who.request<unknown>('PUT', pathOf(chat, reaction, id))

/** From message 1. */
export const takeBack = (who: Service, chat: string, reaction: string): Promise<Answer<unknown>> =>
  who.delete(pathOf(chat, reaction, 1))

export const reactorsOf = (who: Service, chat: string, reaction: string, more = ''): Promise<Answer<Reactor[]>> =>
  who.get<Reactor[]>(`${chat}/messages/1/reactions/?reaction=${encodeURIComponent(reaction)}${more}`)

export const own = (who: Service, chat: string, user: string, query = ''): Promise<Answer<OwnReaction[]>> =>
  who.get<OwnReaction[]>(`${chat}/members/${user}/reactions/${query}`)

/** Where the next page is; nothing at the end. */
export const nextOf = ({ headers }: Answer<unknown>): string =>
  /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? ''

export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1)
