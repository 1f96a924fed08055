import type { Fetch } from './wrong-services.ts'

export type Init = Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> }

/** Another request in the place of each. */
export const asking =
  (change: (target: string, init: Init) => readonly [target: string, init?: Init]) =>
  (fetch: Fetch): Fetch =>
  (input, init) => {
    const [target, other = init] = change(input as string, init as Init)
    return fetch(target, other)
  }

/** Another body in the place of each that is sent. */
export const saying = (change: (body: string) => string) =>
  asking((target, init) => [target, typeof init.body === 'string' ? { ...init, body: change(init.body) } : init])

/** Another text in the place of each answer, but for streams. */
export const hearing =
  (change: (text: string) => string) =>
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    const response = await fetch(input, init)
    if (response.status === 204 || /event-stream/.test(response.headers.get('content-type') ?? '')) return response
    return new Response(change(await response.text()), response)
  }

export const isReaction = (target: string) => /\/reactions\/[^?]/.test(target)

/** In place of what is answered to each reaction. */
export const reacting =
  (react: (fetch: Fetch, target: string, init: Init) => Promise<Response>) =>
  (fetch: Fetch): Fetch =>
  (input, init) =>
    isReaction(input as string) && init?.method === 'PUT'
      ? react(fetch, input as string, init as Init)
      : fetch(input, init)

export const done = async () => new Response(null, { status: 204, headers: { 'x-request-id': 'x' } })

/** What a service does on the wire, the case that is red, and what it says. */
export type WrongOnWire = readonly [does: string, wire: (fetch: Fetch) => Fetch, title: string, says: RegExp]
