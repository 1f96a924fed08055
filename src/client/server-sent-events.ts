/** What stands between two blank lines of an event stream. */
export interface Block {
  /** `message` when the block names no event. */
  readonly event: string
  /** The data lines, joined; undefined when there are none, and then it is no event. */
  readonly data: string | undefined
  /** The last event id from here on, when the block sets it. */
  readonly id: string | undefined
  /** Milliseconds to wait before coming back, when the block sets them. */
  readonly retry: number | undefined
}

/**
 * Reads text/event-stream as the WHATWG describes it (HTML, section 9.2.6), from decoded pieces that end anywhere. Give it
 * each piece; it gives back the blocks that are complete now. What is left at the end of the stream is not an event.
 */
export const blockReader = (): ((piece: string) => readonly Block[]) => {
  let rest = ''
  let afterReturn = false
  let fields: { event?: string; data?: string; id?: string; retry?: number } = {}

  const field = (line: string) => {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'event') fields.event = value
    else if (name === 'data') fields.data = fields.data === undefined ? value : `${fields.data}\n${value}`
    else if (name === 'id' && !value.includes('\0')) fields.id = value
    else if (name === 'retry' && /^[0-9]+$/.test(value)) fields.retry = Number(value)
  }

  const takeBlock = (): Block | undefined => {
    const { event, data, id, retry } = fields
    const isEmpty = Object.keys(fields).length === 0
    fields = {}
    return isEmpty ? undefined : { event: event === undefined || event === '' ? 'message' : event, data, id, retry }
  }

  return (piece) => {
    if (piece === '') return []
    // A line feed that only now arrives after its carriage return ends no second line.
    const text = afterReturn && piece.startsWith('\n') ? piece.slice(1) : piece
    afterReturn = piece.endsWith('\r')

    const lines = (rest + text).split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    const blocks: Block[] = []
    for (const line of lines) {
      if (line !== '') field(line)
      else {
        const block = takeBlock()
        if (block) blocks.push(block)
      }
    }
    return blocks
  }
}
