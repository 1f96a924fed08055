/** Where a tag ends. An attribute's value may hold `>`, and quotes of the other kind. */
const TAG_END = /[>"']/g

const endOfTag = (text: string, from: number): number => {
  TAG_END.lastIndex = from
  for (let found = TAG_END.exec(text); found; found = TAG_END.exec(text)) {
    if (found[0] === '>') return found.index
    const closing = text.indexOf(found[0], found.index + 1)
    if (closing < 0) return -1
    TAG_END.lastIndex = closing + 1
  }
  return -1
}

/**
 * Cuts what a server of XMPP sends into stanzas: the children of the stream, each as the text it came as. The opening of a
 * stream is told as one, without its end; so is its end. Reads what servers write: no comments, no CDATA, no doctype.
 */
export const stanzaReader = (tell: (stanza: string) => void): ((chunk: string) => void) => {
  let text = ''
  /** Where the stanza begins that is being read, and where reading goes on. */
  let begin = 0
  let at = 0
  let depth = 0

  const takeTag = (tag: number, end: number) => {
    const kind = text[tag + 1]
    const isHeader = kind === '?' || text.startsWith('<stream:stream', tag)
    if (depth === 0) begin = tag
    at = end + 1
    if (isHeader || text.startsWith('</stream:stream', tag)) depth = 0
    else if (kind === '/') depth--
    else if (text[end - 1] !== '/') depth++
    if (depth === 0 && kind !== '?') tell(text.slice(begin, at))
  }

  return (chunk) => {
    text += chunk
    for (;;) {
      const tag = text.indexOf('<', at)
      const end = tag < 0 ? -1 : endOfTag(text, tag)
      if (end < 0) break
      takeTag(tag, end)
    }
    // What is kept is at most the stanza that has not ended yet.
    const kept = depth === 0 ? at : begin
    text = text.slice(kept)
    at -= kept
    begin = 0
  }
}
