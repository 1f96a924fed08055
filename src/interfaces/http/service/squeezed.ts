/** In a script: a text, a comment, a pattern, and what of a template stands before its end or before what is put into it. */
const TEXT = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y
const COMMENT = /\/\/.*|\/\*[^]*?\*\//y
const PATTERN = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y
const OF_TEMPLATE = /(?:\\[^]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y

/** A slash after these begins a pattern; after anything else it divides. */
const BEFORE_PATTERN = /(?:^|[(,=:[!&|?{};>]|\breturn)\s*$/

/** Where a line ends at the end of a tag or between two, markup (htm) has no white space. */
const BETWEEN_TAGS = /\n(?=\/?>)|(?<=>)\n(?=<|\$\{|`)|^\n(?=<)/g

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** White space means nothing beside these, and the end of a line nothing after the ones and before the others. */
const squeezedCode = (code: string): string =>
  code
    .replaceAll(/\s*\n\s*/g, '\n')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ ?([=*<>!?:&|,;(){}[\]]) ?/g, '$1')
    .replaceAll(/([=?:&|,;({[]|=>)\n/g, '$1')
    .replaceAll(/\n([?:&|,)}\].])/g, '$1')
    // Ours leaves no element out of a list, and the compiler has seen that nothing constant is set again.
    .replaceAll(/,(?=[)}\]])/g, '')
    .replaceAll(/\bconst\b/g, 'let')
    .replaceAll(/(?<!\w)\((\w+)\)=>/g, '$1=>')

/**
 * The script without its comments and the white space that means nothing. What stands in quotes stays as it is; of markup in
 * templates, the indentation goes, and the ends of lines between tags.
 */
export const squeezedScript = (script: string): string => {
  const pieces: string[] = []
  /** What is open: a block, or something that is put into a template. */
  const open: ('block' | 'template')[] = []
  let code = ''
  let at = 0

  const keep = (piece: string) => {
    pieces.push(squeezedCode(code), piece)
    code = ''
  }
  const readTemplate = () => {
    const piece = matchAt(OF_TEMPLATE, script, at) ?? ''
    at += piece.length
    keep(piece.replaceAll(/\n\s+/g, '\n').replaceAll(BETWEEN_TAGS, ''))
    if (piece.endsWith('${')) open.push('template')
  }

  while (at < script.length) {
    const character = script[at] ?? ''
    const isSlash = character === '/'
    const comment = isSlash ? matchAt(COMMENT, script, at) : undefined
    const said = isSlash && BEFORE_PATTERN.test(code) ? matchAt(PATTERN, script, at) : matchAt(TEXT, script, at)
    at += (comment ?? said ?? character).length
    if (comment !== undefined) continue
    if (said !== undefined) {
      keep(said)
    } else if (character === '`') {
      keep(character)
      readTemplate()
    } else if (character === '}' && open.pop() === 'template') {
      keep(character)
      readTemplate()
    } else {
      if (character === '{') open.push('block')
      code += character
    }
  }
  return [...pieces, squeezedCode(code)].join('').trim()
}

/** The same of a style. */
export const squeezedStyle = (style: string): string =>
  style
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?<=[:;{},]) | (?=[{}])|;(?= ?\})/g, '')
    .trim()
