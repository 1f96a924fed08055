import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** Pixels from an edge at which more is read, so that it is there when it is reached. */
const AHEAD = 800
/** Pixels from the end that count as the end. */
const AT_END = 40

/** What stood where: the first thing that can be seen, by its id, and its distance from the top. */
interface Anchor {
  readonly id: string
  readonly top: number
}

const items = (scroller: HTMLElement) => scroller.querySelectorAll<HTMLElement>('[data-id]')

const anchorIn = (scroller: HTMLElement): Anchor | undefined => {
  const { top } = scroller.getBoundingClientRect()
  for (const item of items(scroller)) {
    const box = item.getBoundingClientRect()
    if (box.bottom > top) return { id: item.dataset['id'] ?? '', top: box.top - top }
  }
  return undefined
}

interface Scrolling {
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  readonly older: () => void
  readonly newer: () => void
  /** Told whenever somebody comes to the end or leaves it. */
  readonly atEnd: (isAtEnd: boolean) => void
}

/**
 * Keeps what is read where it is, whatever comes and goes above and below; at the end it stays at the end. Gives what is to be
 * told when somebody scrolls.
 */
export const useScrolling = (ref: RefObject<HTMLElement | null>, scrolling: Scrolling) => {
  const place = useRef<{ isAtEnd: boolean; anchor: Anchor | undefined }>({ isAtEnd: true, anchor: undefined })

  const look = () => {
    const scroller = ref.current
    if (!scroller || scroller.clientHeight === 0) return
    const { scrollTop, scrollHeight, clientHeight } = scroller
    const below = scrollHeight - scrollTop - clientHeight
    const isAtEnd = below < AT_END && !scrolling.hasNewer
    place.current = { isAtEnd, anchor: anchorIn(scroller) }
    scrolling.atEnd(isAtEnd)
    if (scrollTop < AHEAD && scrolling.hasOlder) scrolling.older()
    if (below < AHEAD && scrolling.hasNewer) scrolling.newer()
  }

  const hold = () => {
    const scroller = ref.current
    const { isAtEnd, anchor } = place.current
    if (!scroller) return
    if (isAtEnd && !scrolling.hasNewer) scroller.scrollTop = scroller.scrollHeight
    else if (anchor) {
      const item = scroller.querySelector(`[data-id="${anchor.id}"]`)
      if (item)
        scroller.scrollTop += item.getBoundingClientRect().top - scroller.getBoundingClientRect().top - anchor.top
    }
  }

  const holding = useRef(hold)
  holding.current = hold

  useLayoutEffect(() => {
    hold()
    look()
  })
  useLayoutEffect(() => {
    const scroller = ref.current
    if (!scroller) return undefined
    const observer = new ResizeObserver(() => holding.current())
    observer.observe(scroller)
    return () => observer.disconnect()
  }, [])

  return { look, toEnd: () => (place.current = { isAtEnd: true, anchor: undefined }) }
}
