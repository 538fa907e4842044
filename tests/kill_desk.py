"""Kills a server with a response desk at random moments under load, and looks whether anything that it acknowledged is missing or there twice.

    python3 tests/kill_desk.py target/release/lifecircle demo.city --kills 1000 [--database postgres://…]

Several clients ask, note, sign and answer at once. `kill -9` comes at a random moment: under load, or while the server is starting. After each start:
what was acknowledged is there; what was sent and not acknowledged is sent again with the same key and is one request; a note whose answer was lost is
there once or not at all, and every other note exactly once. At the end (and every fifty kills) the audit chain is verified, and there are as many
requests as were ever sent. Python's own library is enough.
"""
import argparse
import http.client
import json
import random
import re
import secrets
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

CLIENTS = 4
PASSWORD = "correct horse battery"
UNIT = "gas_company"


class Server:
    """The server, and who is signed in at it."""

    def __init__(self, program, city, keep_in, database, port):
        self.command = [program, "serve", city, "--desk", "--keep-in", keep_in, "--port", str(port), *(["--database", database] if database else [])]
        self.port, self.process, self.cookies = port, None, {}
        self.log = Path(keep_in) / "serve.log"

    def start(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=subprocess.STDOUT)

    def wait(self):
        deadline = time.time() + 60
        while time.time() < deadline:
            try:
                if call(self, "GET", "", timeout=5)[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
        raise SystemExit(f"the server does not start: {self.log.read_text()}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def sign_in(self):
        """Makes the accounts that the clients act as; sessions outlive the server."""
        token = re.search(r"token=([0-9a-f]+)", self.log.read_text()).group(1)
        for role, unit in [("operator", None), ("handler", UNIT)]:
            account = {"name": role, "shown": role, "role": role, "unit": unit, "password": PASSWORD}
            assert call(self, "PUT", "/people", account, {"Authorization": f"Bearer {token}"})[0] == 200
            status, _, headers = call(self, "POST", "/session", {"name": role, "password": PASSWORD})
            assert status == 200
            self.cookies[role] = headers["set-cookie"].split(";")[0]


def call(server, method, path, body=None, headers=None, timeout=30, connection=None):
    own = connection or http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        text = json.dumps(body) if body is not None else None
        own.request(method, "/api/v1/cities/demo/desk" + path, text, {"Content-Type": "application/json", **(headers or {})})
        answer = own.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None, {key.lower(): value for key, value in answer.getheaders()}
    finally:
        if connection is None:
            own.close()


class Client(threading.Thread):
    """Asks and acts until the server is gone; remembers what it sent and what was acknowledged."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.asked, self.notes, self.strange = [], [], []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            while True:
                self.once(connection)
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            connection.close()

    def once(self, connection):
        key = secrets.token_hex(12)
        one = {"key": key, "body": {"category": "gas", "place": "1 号楼", "words": f"表坏了 {key}", "key": key}, "answer": None}
        self.asked.append(one)
        status, answer, _ = call(self.server, "POST", "/requests", one["body"], connection=connection)
        if status != 201:
            self.strange.append((status, answer))
            return
        one["answer"] = answer
        note = {"number": answer["number"], "words": f"备注 {secrets.token_hex(12)}", "told": False}
        self.notes.append(note)
        self.step(connection, "operator", note["number"], {"step": "note", "words": note["words"]})
        note["told"] = True
        if random.random() < 0.3:
            for action in ({"step": "sign"}, {"step": "reply", "words": "已处理"}):
                one["sent"] = action["step"]
                self.step(connection, "handler", note["number"], action)
                one["reached"] = action["step"]

    def step(self, connection, role, number, action):
        cookie = {"Cookie": self.server.cookies[role]}
        status, answer, _ = call(self.server, "POST", f"/requests/{number}/steps", {"seen": None, "action": action}, cookie, connection=connection)
        if status != 200:
            self.strange.append((status, answer))


class Tally:
    """What was seen over all kills."""

    def __init__(self):
        self.requests = self.acknowledged = self.lost_answers = self.were_there = self.notes = self.steps = self.while_starting = 0
        self.faults = []

    def fault(self, text):
        self.faults.append(text)
        print("FAULT", text, flush=True)


def look(server, clients, tally):
    """Compares what clients remember with what is there."""
    cookie = {"Cookie": server.cookies["operator"]}
    for client in clients:
        for strange in client.strange:
            tally.fault(f"an answer that was not expected: {strange}")
        for one in client.asked:
            tally.requests += 1
            status, answer, _ = call(server, "POST", "/requests", one["body"])
            if status != 201:
                tally.fault(f"sent again: {status} {answer}")
                continue
            if one["answer"] is None:
                tally.lost_answers += 1
            else:
                tally.acknowledged += 1
                if answer != one["answer"]:
                    tally.fault(f"{one['answer']} is {answer} after the kill")
            status, whole, _ = call(server, "GET", f"/requests/{answer['number']}", headers=cookie)
            written = [entry["words"] for entry in whole["entries"]]
            if status != 200 or written.count(one["body"]["words"]) != 1:
                tally.fault(f"{answer['number']}: {status}, asked {written.count(one['body']['words'])} times")
            done = [entry["done"]["what"] for entry in whole["entries"]]
            for word, step in (("signed", "sign"), ("replied", "reply")):
                is_after = {"sign": ("sign", "reply"), "reply": ("reply",)}[step]
                must, may = one.get("reached") in is_after, one.get("sent") in is_after
                if done.count(word) > 1 or (must and done.count(word) != 1) or (not may and done.count(word)):
                    tally.fault(f"{answer['number']}: {step} is there {done.count(word)} times")
                tally.steps += must
            for note in (note for note in client.notes if note["number"] == answer["number"]):
                tally.notes += note["told"]
                there = written.count(note["words"])
                if there > 1 or (note["told"] and there != 1):
                    tally.fault(f"{note['number']}: its note is there {there} times")


def check_chain(program, keep_in, database, tally):
    """Verifies the chain; returns how many requests there are."""
    command = [program, "desk", "check", f"{keep_in}/desk/demo", "--json", *(["--database", database] if database else [])]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        tally.fault(done.stdout + done.stderr)
        return None
    found = json.loads(done.stdout)
    print(f"{found['entries']} entries of {found['requests']} requests: {found['wrong']} wrong", flush=True)
    return found["requests"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("city")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=0, help="go on for so long at least")
    parser.add_argument("--database", help="a PostgreSQL database instead of SQLite")
    parser.add_argument("--port", type=int, default=8977)
    asked = parser.parse_args()
    tally, started, kills = Tally(), time.time(), 0
    with tempfile.TemporaryDirectory() as keep_in:
        server = Server(asked.program, asked.city, keep_in, asked.database, asked.port)
        server.start()
        server.wait()
        server.sign_in()
        while kills < asked.kills or time.time() < started + 60 * asked.minutes:
            clients = [Client(server) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            time.sleep(random.uniform(0.05, 1.5))
            server.kill()
            kills += 1
            for client in clients:
                client.join()
            if random.random() < 0.1:
                # Again while it starts: what is being mended is cut off too.
                server.start()
                time.sleep(random.uniform(0.0, 0.3))
                server.kill()
                kills += 1
                tally.while_starting += 1
            server.start()
            server.wait()
            look(server, clients, tally)
            if kills % 50 == 0:
                check_chain(asked.program, keep_in, asked.database, tally)
                print(f"{kills} kills, {tally.requests} requests, {len(tally.faults)} faults, {time.time() - started:.0f} s", flush=True)
        server.kill()
        there = check_chain(asked.program, keep_in, asked.database, tally)
        if there != tally.requests:
            tally.fault(f"{tally.requests} requests were sent and {there} are there")
    print(
        f"{kills} kills ({tally.while_starting} while starting) in {(time.time() - started) / 60:.0f} minutes: {tally.requests} requests, "
        f"{tally.acknowledged} acknowledged, {tally.lost_answers} whose answer was lost and that were sent again, {tally.notes} notes and {tally.steps} steps "
        f"acknowledged; {len(tally.faults)} faults"
    )
    raise SystemExit(bool(tally.faults))


if __name__ == "__main__":
    main()
