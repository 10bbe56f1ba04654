import { sqlite } from "../support/ground.ts";
import { dead } from "./dead.ts";

dead(sqlite());
