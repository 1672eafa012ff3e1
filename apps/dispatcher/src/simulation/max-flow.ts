/**
 * The most that flows from one node of a network to another (Dinic, 1970): shortest ways by breadth first, then as much as they
 * hold by depth first, until there is none left. Capacities are whole numbers, so that nothing is lost to rounding.
 */
export class Network {
  private readonly to: number[] = [];
  private readonly left: number[] = [];
  /** Edges by the node that they leave; edge `e` and its reverse `e ^ 1` are made together. */
  private readonly edges: number[][];
  private level: Int32Array;
  private next: Int32Array;

  constructor(private readonly nodes: number) {
    this.edges = Array.from({ length: nodes }, () => []);
    this.level = new Int32Array(nodes);
    this.next = new Int32Array(nodes);
  }

  connect(from: number, to: number, capacity: number): void {
    this.edges[from]?.push(this.to.push(to) - 1);
    this.left.push(capacity);
    this.edges[to]?.push(this.to.push(from) - 1);
    this.left.push(0);
  }

  maxFlow(source: number, sink: number): number {
    let total = 0;
    while (this.measure(source, sink)) {
      this.next = new Int32Array(this.nodes);
      for (;;) {
        const sent = this.send(source, sink, Infinity);
        if (sent === 0) break;
        total += sent;
      }
    }
    return total;
  }

  /** How far each node is from the source over edges with something left. */
  private measure(source: number, sink: number): boolean {
    const level = new Int32Array(this.nodes).fill(-1);
    level[source] = 0;
    const queue = [source];
    for (const node of queue) {
      for (const edge of this.edges[node] ?? []) {
        const to = this.to[edge] ?? sink;
        if ((this.left[edge] ?? 0) <= 0 || level[to] !== -1) continue;
        level[to] = (level[node] ?? 0) + 1;
        queue.push(to);
      }
    }
    this.level = level;
    return level[sink] !== -1;
  }

  private send(node: number, sink: number, most: number): number {
    if (node === sink) return most;
    const edges = this.edges[node] ?? [];
    let sent = 0;
    for (let at = this.next[node] ?? 0; at < edges.length; at += 1) {
      this.next[node] = at;
      const edge = edges[at] ?? 0;
      const to = this.to[edge] ?? sink;
      const left = this.left[edge] ?? 0;
      if (left <= 0 || this.level[to] !== (this.level[node] ?? 0) + 1) continue;
      const through = this.send(to, sink, Math.min(left, most - sent));
      if (through > 0) {
        this.left[edge] = left - through;
        this.left[edge ^ 1] = (this.left[edge ^ 1] ?? 0) + through;
        sent += through;
        if (sent === most) return sent;
      }
    }
    this.next[node] = edges.length;
    return sent;
  }
}
