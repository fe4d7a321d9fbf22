package need_test

import (
	"fmt"
	"time"

	"kept/internal/need"
)

func ExampleSizes() {
	goal := need.Goal{Share: 0.8, Within: 30 * time.Second}
	fmt.Print(need.Sizes(goal, 12*time.Minute, 0, 2.2, 6.7, 20, 60, 120, 240))
	fmt.Println("ten desks of 6 an hour:", 10*goal.Agents(need.Load{PerHour: 6, Handle: 12 * time.Minute}, 0))
	// Output:
	//    an hour  people   busy
	//        2.2       2    22%
	//        6.7       3    45%
	//       20.0       7    57%
	//       60.0      16    75%
	//      120.0      29    83%
	//      240.0      55    87%
	// ten desks of 6 an hour: 30
}
