/**
 * Waits for datagrams with a time limit, thousands of times in a second. It needs udp.ts beside it.
 *
 * @module
 */
import type { Address, Datagram, Socket } from "./udp.ts";

const PATIENTS = new WeakMap<Socket, Patient>();

/**
 * Receives with a time limit, again and again. One timer serves all the waits. A timer and a signal
 * for each wait would cost as much as the datagram.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "./udp.ts";
 *
 * using socket = bind();
 * using patient = Patient.of(socket);
 * assertEquals(await patient.receive(20), undefined);
 * ```
 */
export class Patient implements Disposable {
  readonly #socket: Socket;
  #waiting: PromiseWithResolvers<Datagram | undefined> | undefined;
  #arrived: Datagram | undefined;
  #reading = false;
  #deadline = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer rings. Later waits only move the deadline. */
  #rings = Infinity;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Returns the one for this socket. From now on, do not receive from the socket in another way.
   * You still close it yourself.
   */
  static of(socket: Socket): Patient {
    const patient = PATIENTS.get(socket) ?? new Patient(socket);
    PATIENTS.set(socket, patient);
    return patient;
  }

  /** Sends a datagram, as the socket's own `send` does. */
  send(data: Uint8Array, to: Address): Promise<number> {
    return this.#socket.send(data, to);
  }

  /**
   * Waits for the next datagram, or for this number of milliseconds, and then returns `undefined`.
   * Wait for the result before you call it again. Rejects when the socket is closed.
   */
  receive(milliseconds: number): Promise<Datagram | undefined> {
    if (this.#arrived) {
      const arrived = Promise.resolve(this.#arrived);
      this.#arrived = undefined;
      return arrived;
    }
    const waiting = this.#waiting = Promise.withResolvers();
    const now = performance.now();
    this.#deadline = now + milliseconds;
    if (this.#deadline < this.#rings) this.#ring(milliseconds);
    if (!this.#reading) this.#read();
    return waiting.promise;
  }

  /** Stops the timer. The object may still be used. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#rings = Infinity;
  }

  #ring(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#rings = performance.now() + milliseconds;
    this.#timer = setTimeout(() => {
      this.#rings = Infinity;
      if (!this.#waiting) return;
      const left = this.#deadline - performance.now();
      if (left > 0) return this.#ring(left);
      this.#waiting.resolve(undefined);
      this.#waiting = undefined;
    }, milliseconds);
  }

  #read(): void {
    this.#reading = true;
    // This wait has no signal and goes on after a timeout. The datagram that comes
    // later is for the next wait.
    this.#socket.receive().then((datagram) => {
      this.#reading = false;
      if (this.#waiting) this.#waiting.resolve(datagram);
      else this.#arrived = datagram;
      this.#waiting = undefined;
    }, (error) => {
      this.#reading = false;
      this.#waiting?.reject(error);
      this.#waiting = undefined;
    });
  }
}
