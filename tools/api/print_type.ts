/**
 * Prints types out of `deno doc --json`, on one line and in one spelling. What that format leaves
 * out (labels of tuple elements, variance, `const` of a type parameter) is not printed either.
 *
 * @module
 */

/** A type. */
export type DocType =
  | { kind: "keyword" | "typeQuery"; value: string }
  | { kind: "literal"; value: DocLiteral }
  | { kind: "typeRef"; value: { typeName: string; typeParams?: DocType[] } }
  | { kind: "union" | "intersection" | "tuple"; value: DocType[] }
  | { kind: "array" | "optional" | "rest" | "parenthesized"; value: DocType }
  | { kind: "typeOperator"; value: { operator: string; tsType: DocType } }
  | { kind: "this" }
  | { kind: "fnOrConstructor"; value: DocSignature & { constructor: boolean } }
  | { kind: "conditional"; value: DocConditional }
  | { kind: "infer"; value: { typeParam: DocTypeParam } }
  | { kind: "indexedAccess"; value: { objType: DocType; indexType: DocType } }
  | { kind: "mapped"; value: DocMapped }
  | { kind: "typeLiteral"; value: DocMembers }
  | { kind: "typePredicate"; value: DocPredicate }
  | {
    kind: "importType";
    value: { specifier: string; qualifier?: string; typeParams?: DocType[] };
  };

/** A literal used as a type. */
export type DocLiteral =
  | { kind: "string"; string: string }
  | { kind: "number"; number: number }
  | { kind: "boolean"; boolean: boolean }
  | { kind: "bigInt"; string: string }
  | { kind: "template"; tsTypes: DocType[] };

interface DocConditional {
  checkType: DocType;
  extendsType: DocType;
  trueType: DocType;
  falseType: DocType;
}

interface DocMapped {
  readonly?: boolean | "+" | "-";
  optional?: boolean | "+" | "-";
  typeParam: DocTypeParam;
  nameType?: DocType;
  tsType?: DocType;
}

interface DocPredicate {
  asserts?: boolean;
  param: { type: "this" } | { type: "identifier"; name: string };
  type?: DocType;
}

/** A type parameter. */
export interface DocTypeParam {
  name: string;
  constraint?: DocType;
  default?: DocType;
}

/** A parameter; what is destructured has no name. */
export interface DocParam {
  kind: "identifier" | "assign" | "rest" | "object" | "array";
  name?: string;
  optional?: boolean;
  tsType?: DocType;
  left?: DocParam;
  arg?: DocParam;
  accessibility?: string;
  readonly?: boolean;
}

/** What can be called; the return type goes by two names. */
export interface DocSignature {
  params: DocParam[];
  typeParams?: DocTypeParam[];
  returnType?: DocType;
  tsType?: DocType;
}

/** A member that is not called. */
export interface DocProperty {
  name: string;
  tsType?: DocType;
  readonly?: boolean;
  optional?: boolean;
}

/** A member that is called, or an accessor. */
export interface DocMethod extends DocSignature {
  name: string;
  kind: "method" | "getter" | "setter";
  optional?: boolean;
}

/** What stands between the braces of an interface or an object type. */
export interface DocMembers {
  constructors?: DocSignature[];
  callSignatures?: DocSignature[];
  indexSignatures?: (DocSignature & { readonly?: boolean })[];
  properties?: DocProperty[];
  methods?: DocMethod[];
}

/** The type in TypeScript's notation. */
export function printType(type: DocType): string {
  switch (type.kind) {
    case "keyword":
      return type.value;
    case "typeQuery":
      return `typeof ${type.value}`;
    case "literal":
      return printLiteral(type.value);
    case "typeRef":
      return type.value.typeName + printTypeArgs(type.value.typeParams);
    case "union":
      return type.value.map(printType).join(" | ");
    case "intersection":
      return type.value.map(printType).join(" & ");
    case "tuple":
      return `[${type.value.map(printType).join(", ")}]`;
    case "array":
      return `${printType(type.value)}[]`;
    case "optional":
      return `${printType(type.value)}?`;
    case "rest":
      return `...${printType(type.value)}`;
    case "parenthesized":
      return `(${printType(type.value)})`;
    case "typeOperator":
      return `${type.value.operator} ${printType(type.value.tsType)}`;
    case "this":
      return "this";
    case "fnOrConstructor":
      return (type.value.constructor ? "new " : "") + printSignature(type.value, " => ");
    case "conditional":
      return printConditional(type.value);
    case "infer":
      return `infer ${printTypeParam(type.value.typeParam)}`;
    case "indexedAccess":
      return `${printType(type.value.objType)}[${printType(type.value.indexType)}]`;
    case "mapped":
      return printMapped(type.value);
    case "typeLiteral":
      return printObject(type.value);
    case "typePredicate":
      return printPredicate(type.value);
    case "importType":
      return printImport(type.value);
    default:
      // Never a silent gap: a kind this does not know would hide changes of the surface.
      throw new Error(
        `Cannot print a type: deno doc calls it ${JSON.stringify(type)}: add it to this function`,
      );
  }
}

/** Type parameters in their brackets, nothing when there are none. */
export function printTypeParams(params: DocTypeParam[] = []): string {
  return params.length === 0 ? "" : `<${params.map(printTypeParam).join(", ")}>`;
}

/** Type arguments in their brackets, nothing when there are none. */
export function printTypeArgs(args: DocType[] = []): string {
  return args.length === 0 ? "" : `<${args.map(printType).join(", ")}>`;
}

/** A signature from its type parameters to what it returns. */
export function printSignature(signature: DocSignature, arrow = ": "): string {
  const result = signature.returnType ?? signature.tsType;
  return printTypeParams(signature.typeParams) +
    `(${signature.params.map(printParam).join(", ")})` +
    (result ? arrow + printType(result) : "");
}

/** The members, each on a line: how it is made, called and indexed, then the rest by name. */
export function printMembers(members: DocMembers): string[] {
  const named = [
    ...(members.properties ?? []).map((property) => [property.name, printProperty(property)]),
    ...(members.methods ?? []).map((method) => [method.name, printMethod(method)]),
  ] as [name: string, text: string][];
  return [
    ...(members.constructors ?? []).map((signature) => `new ${printSignature(signature)}`),
    ...(members.callSignatures ?? []).map((signature) => printSignature(signature)),
    ...(members.indexSignatures ?? []).map(printIndex),
    ...byName(named),
  ];
}

/** Sorts by name and keeps overloads, whose order matters, as they are. */
export function byName(named: readonly (readonly [name: string, text: string])[]): string[] {
  return named.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0).map(([, text]) => text);
}

/** An index signature. */
export function printIndex(signature: DocSignature & { readonly?: boolean }): string {
  const type = signature.tsType ? `: ${printType(signature.tsType)}` : "";
  const params = signature.params.map(printParam).join(", ");
  return `${signature.readonly ? "readonly " : ""}[${params}]${type}`;
}

/** A property. */
export function printProperty(property: DocProperty): string {
  const type = property.tsType ? `: ${printType(property.tsType)}` : "";
  return `${property.readonly ? "readonly " : ""}${printName(property)}${type}`;
}

/** A method or an accessor. */
export function printMethod(method: DocMethod): string {
  const prefix = method.kind === "getter" ? "get " : method.kind === "setter" ? "set " : "";
  // Whether a setter is written down with a return type says nothing.
  const signature = prefix === "set " ? { params: method.params } : method;
  return prefix + printName(method) + printSignature(signature);
}

function printName({ name, optional }: { name: string; optional?: boolean }): string {
  const plain = /^(?:\[.*\]|[\p{ID_Start}$_#][\p{ID_Continue}$]*|\d+)$/u.test(name);
  return (plain ? name : JSON.stringify(name)) + (optional ? "?" : "");
}

function printParam(param: DocParam): string {
  if (param.kind === "assign") {
    return printParam({ ...param.left!, ...modifiersOf(param), optional: true });
  }
  const name = param.kind === "rest"
    ? `...${param.arg?.name ?? "rest"}`
    : param.kind === "object"
    ? "{}"
    : param.kind === "array"
    ? "[]"
    : param.name ?? "_";
  // A private parameter property is, seen from outside, a parameter.
  const { accessibility, readonly } = accessibleOnly(param);
  return (accessibility ? `${accessibility} ` : "") + (readonly ? "readonly " : "") + name +
    (param.optional ? "?" : "") + (param.tsType ? `: ${printType(param.tsType)}` : "");
}

function accessibleOnly(param: DocParam): Pick<DocParam, "accessibility" | "readonly"> {
  return param.accessibility === "private" ? {} : param;
}

function modifiersOf({ accessibility, readonly }: DocParam): Partial<DocParam> {
  return { ...(accessibility && { accessibility }), ...(readonly && { readonly }) };
}

function printLiteral(literal: DocLiteral): string {
  switch (literal.kind) {
    case "string":
      return JSON.stringify(literal.string);
    case "number":
      return String(literal.number);
    case "boolean":
      return String(literal.boolean);
    case "bigInt":
      return `${literal.string}n`;
    case "template":
      return `\`${
        literal.tsTypes.map((part) =>
          part.kind === "literal" && part.value.kind === "string"
            ? part.value.string
            : `\${${printType(part)}}`
        ).join("")
      }\``;
  }
}

function printTypeParam(param: DocTypeParam): string {
  return param.name + (param.constraint ? ` extends ${printType(param.constraint)}` : "") +
    (param.default ? ` = ${printType(param.default)}` : "");
}

function printConditional(type: DocConditional): string {
  return `${printType(type.checkType)} extends ${printType(type.extendsType)} ? ` +
    `${printType(type.trueType)} : ${printType(type.falseType)}`;
}

function printMapped(type: DocMapped): string {
  const sign = (mark: DocMapped["readonly"], word: string) =>
    mark === undefined || mark === false ? "" : `${mark === true ? "" : mark}${word}`;
  const { name, constraint } = type.typeParam;
  const readonly = sign(type.readonly, "readonly ");
  const key = `${name} in ${constraint ? printType(constraint) : "unknown"}` +
    (type.nameType ? ` as ${printType(type.nameType)}` : "");
  const value = type.tsType ? `: ${printType(type.tsType)}` : "";
  return `{ ${readonly}[${key}]${sign(type.optional, "?")}${value} }`;
}

function printObject(members: DocMembers): string {
  const lines = printMembers(members);
  return lines.length === 0 ? "{}" : `{ ${lines.join("; ")} }`;
}

function printPredicate({ asserts, param, type }: DocPredicate): string {
  const subject = param.type === "this" ? "this" : param.name;
  return (asserts ? "asserts " : "") + subject + (type ? ` is ${printType(type)}` : "");
}

function printImport(
  type: { specifier: string; qualifier?: string; typeParams?: DocType[] },
): string {
  return `import(${JSON.stringify(type.specifier)})` +
    (type.qualifier ? `.${type.qualifier}` : "") +
    printTypeArgs(type.typeParams);
}
