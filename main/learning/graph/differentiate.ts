import { type Graph, ruleOf } from './graph.ts';
import type { GraphNode, Value } from './rule.ts';

/**
 * Reverse-mode differentiation: adds to `graph` the nodes that compute the gradient of a scalar by each target.
 * Branches that lead to no target are not differentiated, so frozen layers cost nothing.
 * @returns one gradient per target, undefined where the loss does not depend on it
 */
export function differentiate(
  graph: Graph,
  loss: Value,
  targets: readonly Value[],
): Map<string, Value | undefined> {
  const nodes = [...graph.nodes];
  const active = activeValues(nodes, targets);
  const gradients = new Map<string, Value[]>([[loss.name, [graph.floats(Float32Array.of(1), loss.shape)]]]);
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    if (node.outputs.some((output) => active.has(output.name))) backThrough(graph, node, active, gradients);
  }
  return new Map(targets.map((target) => [target.name, total(graph, gradients.get(target.name))]));
}

/** Names of the values that depend on a target. */
function activeValues(nodes: readonly GraphNode[], targets: readonly Value[]): Set<string> {
  const active = new Set(targets.map((target) => target.name));
  for (const node of nodes) {
    if (!ruleOf(node.operator).gradient) continue;
    if (!node.inputs.some((input) => input && active.has(input.name))) continue;
    for (const output of node.outputs) active.add(output.name);
  }
  return active;
}

function backThrough(
  graph: Graph,
  node: GraphNode,
  active: ReadonlySet<string>,
  gradients: Map<string, Value[]>,
): void {
  const outputGradients = node.outputs.map((output) => total(graph, gradients.get(output.name)));
  const found = outputGradients.find((gradient) => gradient !== undefined);
  const rule = ruleOf(node.operator);
  if (!found || !rule.gradient) return;
  const wanted = node.inputs.map((input) => input !== undefined && active.has(input.name));
  const results = rule.gradient({
    scope: graph,
    node,
    inputs: node.inputs as readonly Value[],
    outputs: node.outputs,
    gradient: outputGradients[0] ?? found,
    outputGradients,
    wanted,
  });
  results.forEach((gradient, index) => {
    const input = node.inputs[index];
    if (!gradient || !input || !wanted[index]) return;
    const list = gradients.get(input.name);
    if (list) list.push(gradient);
    else gradients.set(input.name, [gradient]);
  });
}

/** A value used in several places collects the gradients of all of them. */
function total(graph: Graph, parts: Value[] | undefined): Value | undefined {
  if (!parts || parts.length === 0) return undefined;
  if (parts.length > 1) {
    const sum = graph.apply('Sum', [...parts]);
    parts.length = 0;
    parts.push(sum);
  }
  return parts[0];
}
