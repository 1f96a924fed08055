export interface Series {
  readonly name: string
  /** Connections and value; by rising connections. */
  readonly points: readonly (readonly [number, number])[]
}

export interface Panel {
  readonly title: string
  readonly scale: 'linear' | 'log'
  readonly series: readonly Series[]
}

export interface Plot {
  readonly title: string
  readonly panels: readonly Panel[]
}

const WIDTH = 460
const HEIGHT = 300
const MARGIN = { left: 70, right: 20, top: 88, bottom: 60 }
/** Told apart by brightness too, and each by its own mark. */
const COLOURS = ['#0057b8', '#767676', '#d95f02']
const BACKGROUND = '#ffffff'

const label = (value: number): string => (value >= 1000 ? `${Number((value / 1000).toPrecision(3))}k` : String(value))

/** 1, 2 or 5 times a power of ten, at least as great as the value. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((factor) => factor * power >= value * 0.999) ?? 10) * power
}

interface Axis {
  readonly ticks: readonly number[]
  /** From 0, at the bottom, to 1. */
  readonly place: (value: number) => number
}

const linearAxis = (values: readonly number[]): Axis => {
  const step = roundUp(Math.max(...values) / 5)
  const top = step * Math.ceil(Math.max(...values) / step)
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step)
  return { ticks, place: (value) => value / top }
}

const logAxis = (values: readonly number[]): Axis => {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => Number((10 ** (low + i)).toPrecision(1)))
  return { ticks, place: (value) => (Math.log10(value) - low) / (high - low) }
}

const text = (x: number, y: number, content: string, attributes = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content}</text>`

const mark = (shape: number, x: number, y: number, colour: string): string => {
  const [cx, cy] = [x.toFixed(1), y.toFixed(1)]
  if (shape === 0) return `<circle cx="${cx}" cy="${cy}" r="4" fill="${colour}"/>`
  if (shape === 1)
    return `<rect x="${(x - 3.5).toFixed(1)}" y="${(y - 3.5).toFixed(1)}" width="7" height="7" fill="${colour}"/>`
  return `<path d="M${cx} ${(y - 5).toFixed(1)}l5 9h-10z" fill="${colour}"/>`
}

const drawPanel = ({ title, scale, series }: Panel, left: number): string => {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value))
  const connections = series[0]?.points.map(([count]) => count) ?? []
  const axis = scale === 'linear' ? linearAxis(values) : logAxis(values)
  const [x0, x1] = [left + MARGIN.left, left + WIDTH - MARGIN.right]
  const [y0, y1] = [HEIGHT + MARGIN.top, MARGIN.top]
  // Each number of connections is four times the one before, so even steps are a logarithmic axis.
  const x = (index: number) => x0 + 20 + ((x1 - x0 - 40) * index) / Math.max(1, connections.length - 1)
  const y = (value: number) => y0 + (y1 - y0) * axis.place(value)

  const grid = axis.ticks.map(
    (tick) =>
      `<line x1="${x0}" x2="${x1}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}" stroke="#dddddd"/>` +
      text(x0 - 8, y(tick) + 4, label(tick), 'text-anchor="end"'),
  )
  const lines = series.map(({ points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? ''
    const places = points.map(([, value], i) => [x(i), y(value)] as const)
    const path = places.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')
    const marks = places.map(([px, py]) => mark(index, px, py, colour)).join('')
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${marks}`
  })
  return [
    text((x0 + x1) / 2, MARGIN.top - 16, title, 'text-anchor="middle" font-weight="bold"'),
    ...grid,
    `<path d="M${x0} ${y1}V${y0}H${x1}" fill="none" stroke="#333333"/>`,
    ...connections.map((count, index) => text(x(index), y0 + 18, String(count), 'text-anchor="middle"')),
    text((x0 + x1) / 2, y0 + 38, 'connections', 'text-anchor="middle"'),
    ...lines,
  ].join('\n')
}

const drawLegend = (names: readonly string[]): string =>
  names
    .map((name, index) => {
      const x = MARGIN.left + 10 + index * 90
      return mark(index, x, 40 - 4, COLOURS[index] ?? '') + text(x + 12, 40, name)
    })
    .join('\n')

/** Panels side by side over the same connections, as a picture that needs nothing else. */
export const drawPlot = ({ title, panels }: Plot): string => {
  const [width, height] = [panels.length * WIDTH, HEIGHT + MARGIN.top + MARGIN.bottom]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="sans-serif" font-size="12" fill="#222222">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="${BACKGROUND}"/>`,
    text(MARGIN.left, 22, title, 'font-size="15" font-weight="bold"'),
    drawLegend(panels[0]?.series.map(({ name }) => name) ?? []),
    ...panels.map((panel, index) => drawPanel(panel, index * WIDTH)),
    '</svg>\n',
  ].join('\n')
}
