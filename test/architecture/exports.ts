import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import ts from 'typescript'
import { filesUnder, targetOf } from './imports.ts'

/** `<file>:<name>`; the name is `*` where a file is taken whole. */
type Names = ReadonlySet<string>

const isExported = (node: ts.Node) =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)

const boundNames = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []))

interface Export {
  /** `<file>:<name>` */
  readonly name: string
  readonly isType: boolean
}

const isType = (statement: ts.Statement) =>
  ts.isInterfaceDeclaration(statement) ||
  ts.isTypeAliasDeclaration(statement) ||
  (ts.isExportDeclaration(statement) && statement.isTypeOnly)

const exportedBy = (statement: ts.Statement): readonly string[] => {
  if (ts.isExportAssignment(statement)) return ['default']
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    return clause && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : []
  }
  if (!isExported(statement)) return []
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
  const { name } = statement as ts.DeclarationStatement
  return name && ts.isIdentifier(name) ? [name.text] : []
}

const original = ({ propertyName, name }: ts.ImportSpecifier | ts.ExportSpecifier) => (propertyName ?? name).text

const importedBy = (clause: ts.ImportClause | undefined): readonly string[] => {
  const bindings = clause?.namedBindings
  const named = bindings && ts.isNamedImports(bindings) ? bindings.elements.map(original) : bindings ? ['*'] : []
  return clause?.name ? ['default', ...named] : named
}

const reexportedBy = ({ exportClause }: ts.ExportDeclaration): readonly string[] =>
  exportClause && ts.isNamedExports(exportClause) ? exportClause.elements.map(original) : ['*']

/** What a file takes from others. */
const usesIn = (file: string, source: ts.SourceFile): Names => {
  const uses = new Set<string>()
  const use = (specifier: ts.Node | undefined, names: readonly string[]) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return
    for (const name of names) uses.add(`${targetOf(file, specifier.text)}:${name}`)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) use(node.moduleSpecifier, importedBy(node.importClause))
    else if (ts.isExportDeclaration(node)) use(node.moduleSpecifier, reexportedBy(node))
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      use(node.arguments[0], ['*'])
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) use(node.argument.literal, ['*'])
    ts.forEachChild(node, visit)
  }
  visit(source)
  return uses
}

export interface UnusedExports {
  /** By no other file at all. */
  readonly byAnybody: readonly Export[]
  /** By no file of `src`, but by others. */
  readonly bySrc: readonly Export[]
}

/** The exports of `src` that no other file takes, but for those of the files that are there to be taken from outside. */
export const unusedExports = (others: readonly string[], entries: RegExp, root = '.'): UnusedExports => {
  const parsed = (folders: readonly string[]) =>
    filesUnder(folders, root).map((file) => {
      const text = readFileSync(posix.join(root, file), 'utf8')
      return { file, source: ts.createSourceFile(file, text, ts.ScriptTarget.Latest) }
    })
  const src = parsed(['src'])
  const usedInside = new Set(src.flatMap(({ file, source }) => [...usesIn(file, source)]))
  const usedOutside = new Set(parsed(others).flatMap(({ file, source }) => [...usesIn(file, source)]))

  const isUsed = (used: Names, { name }: Export) => used.has(name) || used.has(name.replace(/:\w+$/, ':*'))
  const unused = src
    .filter(({ file }) => !entries.test(file))
    .flatMap(({ file, source }) =>
      source.statements.flatMap((statement) =>
        exportedBy(statement).map((name) => ({ name: `${file}:${name}`, isType: isType(statement) })),
      ),
    )
    .filter((one) => !isUsed(usedInside, one))
  return {
    byAnybody: unused.filter((one) => !isUsed(usedOutside, one)),
    bySrc: unused.filter((one) => isUsed(usedOutside, one)),
  }
}
