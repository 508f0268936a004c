import {
  byName,
  type DocMembers,
  type DocMethod,
  type DocProperty,
  type DocSignature,
  type DocType,
  type DocTypeParam,
  printIndex,
  printMembers,
  printMethod,
  printProperty,
  printSignature,
  printType,
  printTypeArgs,
  printTypeParams,
} from "./print_type.ts";

/** A name and everything declared under it, out of `deno doc --json`. */
export interface DocSymbol {
  name: string;
  declarations: DocDeclaration[];
}

/** One declaration. */
export type DocDeclaration =
  & { declarationKind: "export" | "private" | "declare" }
  & (
    | { kind: "function"; def: DocFunction }
    | { kind: "class"; def: DocClass }
    | { kind: "interface"; def: DocInterface }
    | { kind: "typeAlias"; def: { tsType: DocType; typeParams?: DocTypeParam[] } }
    | { kind: "variable"; def: { kind: string; tsType?: DocType } }
    | { kind: "enum"; def: { members: { name: string; init?: DocType }[] } }
    | { kind: "namespace"; def: { elements: DocSymbol[] } }
    | { kind: "reference"; def: unknown }
  );

interface DocFunction extends DocSignature {
  hasBody?: boolean;
}

interface DocInterface extends DocMembers {
  extends?: DocType[];
  typeParams?: DocTypeParam[];
}

interface ClassMember {
  accessibility?: string;
  isStatic?: boolean;
  isAbstract?: boolean;
}

interface DocClass {
  isAbstract?: boolean;
  typeParams?: DocTypeParam[];
  extends?: string;
  superTypeParams?: DocType[];
  implements?: DocType[];
  constructors?: (DocFunction & ClassMember)[];
  indexSignatures?: DocSignature[];
  properties?: (DocProperty & ClassMember)[];
  methods?: (Pick<DocMethod, "name" | "kind" | "optional"> & ClassMember & {
    functionDef: DocFunction;
  })[];
}

/** The lines that describe a symbol; those that belong to another are indented under it. */
export function printSymbol({ name, declarations }: DocSymbol): string[] {
  const exported = declarations.filter(({ declarationKind }) => declarationKind !== "private");
  const overloads = exported.filter((d) => d.kind === "function" && !d.def.hasBody);
  return exported
    // The signature of the body is not one to call by, when there are overloads.
    .filter((d) => overloads.length === 0 || d.kind !== "function" || !d.def.hasBody)
    .flatMap((declaration) => printDeclaration(name, declaration));
}

/** All symbols, by name. */
export function printSymbols(symbols: readonly DocSymbol[]): string[] {
  return byName(symbols.map((symbol) => [symbol.name, printSymbol(symbol).join("\n")]))
    .filter((text) => text !== "");
}

function printDeclaration(name: string, declaration: DocDeclaration): string[] {
  switch (declaration.kind) {
    case "function":
      return [`function ${name}${printSignature(declaration.def)}`];
    case "class":
      return printClass(name, declaration.def);
    case "interface":
      return printInterface(name, declaration.def);
    case "typeAlias": {
      const { typeParams, tsType } = declaration.def;
      return [`type ${name}${printTypeParams(typeParams)} = ${printType(tsType)}`];
    }
    case "variable": {
      const { kind, tsType } = declaration.def;
      return [`${kind} ${name}${tsType ? `: ${printType(tsType)}` : ""}`];
    }
    case "enum":
      return [`enum ${name}`, ...indent(declaration.def.members.map(printEnumMember))];
    case "namespace":
      return [`namespace ${name}`, ...indent(printSymbols(declaration.def.elements))];
    case "reference":
      return [`reference ${name}`];
    default:
      throw new Error(
        `Cannot print '${name}': deno doc calls it ${JSON.stringify(declaration)}: ` +
          "add it to this function",
      );
  }
}

function printEnumMember({ name, init }: { name: string; init?: DocType }): string {
  return init ? `${name} = ${printType(init)}` : name;
}

function printInterface(name: string, def: DocInterface): string[] {
  const bases = (def.extends ?? []).map(printType).join(", ");
  return [
    `interface ${name}${printTypeParams(def.typeParams)}${bases && ` extends ${bases}`}`,
    ...indent(printMembers(def)),
  ];
}

function printClass(name: string, def: DocClass): string[] {
  const base = def.extends ? ` extends ${def.extends}${printTypeArgs(def.superTypeParams)}` : "";
  const interfaces = (def.implements ?? []).map(printType).join(", ");
  const visible = <T extends ClassMember>(members: T[] = []) =>
    members.filter(({ accessibility }) => accessibility !== "private");

  const methods = visible(def.methods);
  const overloaded = new Set(
    methods.filter((m) => !m.isAbstract && !m.functionDef.hasBody).map(({ name }) => name),
  );
  const named = [
    ...visible(def.properties).map((p) => [p.name, modifiers(p) + printProperty(p)]),
    ...methods.filter((m) => !(overloaded.has(m.name) && m.functionDef.hasBody))
      .map((m) => [m.name, modifiers(m) + printMethod({ ...m.functionDef, ...m })]),
  ] as [name: string, text: string][];

  // That a class cannot be made by its users is worth a line; how it is made within is not.
  const constructors = def.constructors ?? [];
  const declared = constructors.some(({ hasBody }) => !hasBody)
    ? constructors.filter(({ hasBody }) => !hasBody)
    : constructors;
  return [
    `${def.isAbstract ? "abstract " : ""}class ${name}${printTypeParams(def.typeParams)}${base}` +
    (interfaces && ` implements ${interfaces}`),
    ...indent([
      ...declared.map((c) =>
        c.accessibility === "private"
          ? "private constructor"
          : `${modifiers(c)}constructor${printSignature(c)}`
      ),
      ...(def.indexSignatures ?? []).map(printIndex),
      ...byName(named),
    ]),
  ];
}

function modifiers({ accessibility, isStatic, isAbstract }: ClassMember): string {
  return (accessibility === "protected" ? "protected " : "") + (isStatic ? "static " : "") +
    (isAbstract ? "abstract " : "");
}

function indent(lines: string[]): string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`);
}
