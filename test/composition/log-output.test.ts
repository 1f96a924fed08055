import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync, write, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { logOutput } from '../../src/log-output.ts'
import { onlyOnLinux } from '../process/server-process.ts'
import { until } from '../until.ts'

describe('The log', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'messenger-log-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const writing = () => {
    const file = join(folder, 'log')
    const fd = openSync(file, 'a')
    const failures: unknown[] = []
    const output = logOutput((error) => failures.push(error), fd)
    return { output, failures, text: () => readFileSync(file, 'utf8'), close: () => closeSync(fd) }
  }
  const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n} é😀\n`)

  it('is written in the background, every line once and in order', async () => {
    const { output, text, failures, close } = writing()
    const all = lines(3000)
    for (const [n, line] of all.entries()) {
      output.write(line)
      if (n % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 15))
    }
    await until(() => text().length === all.join('').length)
    expect(text()).to.equal(all.join(''))
    expect(failures).to.deep.equal([])
    close()
  })

  it('is written in whole lines where several write, each piece as short as it must be', async () => {
    const pieces: string[] = []
    const output = logOutput(
      () => expect.fail('nothing fails'),
      1,
      (_fd, bytes, done) => {
        pieces.push(bytes.toString())
        done(null, bytes.length)
      },
      100,
    )
    const all = [...lines(50), `${'long '.repeat(50)}\n`, ...lines(50)]
    for (const line of all) output.write(line)
    await until(() => pieces.join('').length === all.join('').length)
    expect(pieces.join('')).to.equal(all.join(''))
    for (const piece of pieces) {
      expect(piece.endsWith('\n')).to.equal(true)
      if (!piece.includes('long')) expect(Buffer.byteLength(piece)).to.be.at.most(100)
      else expect(piece.match(/\n/g)).to.have.length(1)
    }
  })

  it('is written to its end when the process ends, whatever is under way', async () => {
    const { output, text, close } = writing()
    output.write('one\n')
    await new Promise((resolve) => setTimeout(resolve, 20))
    output.write('two\n')
    output.flushSync()
    output.flushSync()
    await until(() => text().includes('one') && text().includes('two'))
    expect(text().split('\n').sort()).to.deep.equal(['', 'one', 'two'])
    close()
  })

  onlyOnLinux('in a pipe that is full', () => {
    it('is written to its end when the process ends after a reader that has caught up meanwhile', async () => {
      const path = join(folder, 'pipe')
      execFileSync('mkfifo', [path])
      const flags = constants.O_NONBLOCK
      const reader = openSync(path, constants.O_RDONLY | flags)
      const writer = openSync(path, constants.O_WRONLY | flags)
      let stuffing = 0
      for (const size of [4096, 1])
        for (;;) {
          try {
            stuffing += writeSync(writer, Buffer.alloc(size, '.'))
          } catch {
            break
          }
        }
      let refused = false
      const output = logOutput(
        () => expect.fail('a full pipe is no failure'),
        writer,
        (fd, bytes, done) =>
          write(fd, bytes, (error, count) => {
            refused = error?.code === 'EAGAIN'
            done(error, count)
          }),
      )
      output.write('one\n')
      await until(() => refused)
      output.write('two\n')
      readSync(reader, Buffer.alloc(stuffing))
      output.flushSync()
      const left = Buffer.alloc(100)
      expect(left.subarray(0, readSync(reader, left)).toString()).to.equal('one\ntwo\n')
      closeSync(reader)
      closeSync(writer)
    })
  })

  onlyOnLinux('on a disk that is full', () => {
    it('is lost and reported, and keeps nobody from going on or ending', async () => {
      const fd = openSync('/dev/full', 'w')
      const failures: string[] = []
      const output = logOutput((error) => {
        failures.push((error as NodeJS.ErrnoException).code ?? '')
        // As the logger does, who is told of it.
        if (failures.length === 1) output.write('could not write\n')
      }, fd)
      output.write('one\n')
      await until(() => failures.length === 2)
      output.write('two\n')
      await until(() => failures.length === 3)
      expect(new Set(failures)).to.deep.equal(new Set(['ENOSPC']))
      output.write('three\n')
      output.flushSync()
      closeSync(fd)
    })
  })
})
